//! The content of a round: groups of posts whose counters stand at zero.

use crate::counters::{self, POSTS};
use crate::topology::Topology;

/// Brings the posts to the site, as somebody does who moves there. Gives the ids of each group.
pub async fn write(topology: &Topology, groups: usize) -> Vec<Vec<String>> {
    let folder = topology.folder().join("posts");
    std::fs::create_dir(&folder).unwrap();
    for group in 0..groups {
        for post in 0..POSTS {
            let (slug, tag) = (counters::slug(group, post), counters::tag(group));
            let title = counters::title(group, post, 0);
            let text = format!(
                "---\ntitle: {title}\nslug: {slug}\ndate: 2026-01-0{}T0{post}:00:00Z\n\
                 tags: [{tag}]\n---\nWhat counts stands above.\n",
                group % 9 + 1
            );
            std::fs::write(folder.join(format!("{slug}.md")), text).unwrap();
        }
    }
    topology.run(&["import", folder.to_str().expect("it is ASCII")], "");
    let mut hand = topology.primary().hand().await.unwrap();
    let mut ids = vec![Vec::new(); groups];
    for (group, ids) in ids.iter_mut().enumerate() {
        for post in 0..POSTS {
            let sql = "select id from posts where slug = $1";
            let slug = counters::slug(group, post);
            ids.push(sqlx::query_scalar(sql).bind(slug).fetch_one(&mut hand).await.unwrap());
        }
    }
    ids
}
