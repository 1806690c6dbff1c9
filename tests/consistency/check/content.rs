//! The content of a round: groups of posts whose counters stand at zero.

use crate::counters::{self, POSTS};
use crate::topology::Topology;

/// Brings the posts to the site, as somebody does who moves there.
pub fn write(topology: &Topology, groups: usize) {
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
}
