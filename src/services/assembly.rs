//! Puts posts together with what stands in other tables: tags, authors, pictures.

use std::collections::HashMap;

use crate::db::{self, Connection, Result};
use crate::domain::media::{IMAGES_PATH, Picture};
use crate::domain::post::{FullPost, PostCard};
use crate::domain::{Post, PostId, PostSummary};

/// Posts in the order of the ids; what is gone meanwhile is left out.
pub(super) async fn summaries(c: &mut Connection, ids: &[PostId]) -> Result<Vec<PostSummary>> {
    let found = db::posts::summaries(c, ids).await?;
    let mut found: HashMap<PostId, PostSummary> =
        found.into_iter().map(|summary| (summary.id.clone(), summary)).collect();
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Cards for posts, in the order of the ids; what is gone meanwhile is left out.
pub(super) async fn cards(c: &mut Connection, ids: &[PostId]) -> Result<Vec<PostCard>> {
    let posts = summaries(c, ids).await?;
    let mut tags = by_post(db::posts::tags_of(c, ids).await?);
    let mut authors = by_post(db::posts::authors_of(c, ids).await?);
    let addresses: Vec<&str> = posts.iter().filter_map(|p| p.feature_image.as_deref()).collect();
    let pictures = pictures(c, &addresses).await?;
    Ok(posts
        .into_iter()
        .map(|post| PostCard {
            tags: tags.remove(&post.id).unwrap_or_default(),
            authors: authors.remove(&post.id).unwrap_or_default(),
            picture: post.feature_image.as_ref().and_then(|src| pictures.get(src).cloned()),
            post,
        })
        .collect())
}

/// A post with its tags, authors and picture.
pub(super) async fn full(c: &mut Connection, post: Post) -> Result<FullPost> {
    let id = std::slice::from_ref(&post.summary.id);
    let tags = db::posts::tags_of(c, id).await?.into_iter().map(|(_, tag)| tag).collect();
    let authors = db::posts::authors_of(c, id).await?.into_iter().map(|(_, a)| a).collect();
    let picture = picture(c, post.summary.feature_image.as_deref()).await?;
    Ok(FullPost { post, tags, authors, picture })
}

/// Posts with their tags, authors and pictures, in the same order: four questions for all of them.
pub(super) async fn full_posts(c: &mut Connection, posts: Vec<Post>) -> Result<Vec<FullPost>> {
    let ids: Vec<PostId> = posts.iter().map(|post| post.summary.id.clone()).collect();
    let mut tags = by_post(db::posts::tags_of(c, &ids).await?);
    let mut authors = by_post(db::posts::authors_of(c, &ids).await?);
    let addresses: Vec<&str> =
        posts.iter().filter_map(|post| post.summary.feature_image.as_deref()).collect();
    let pictures = pictures(c, &addresses).await?;
    let join = |post: Post| FullPost {
        tags: tags.remove(&post.summary.id).unwrap_or_default(),
        authors: authors.remove(&post.summary.id).unwrap_or_default(),
        picture: post.summary.feature_image.as_ref().and_then(|src| pictures.get(src).cloned()),
        post,
    };
    Ok(posts.into_iter().map(join).collect())
}

/// What is known of the picture at an address, if there is one.
pub(super) async fn picture(c: &mut Connection, address: Option<&str>) -> Result<Option<Picture>> {
    match address {
        Some(address) => Ok(pictures(c, &[address]).await?.remove(address)),
        None => Ok(None),
    }
}

/// What is known of the pictures at some addresses: all of it for those of the media store.
pub(super) async fn pictures(
    c: &mut Connection,
    addresses: &[&str],
) -> Result<HashMap<String, Picture>> {
    let stored: Vec<&str> = addresses.iter().filter_map(|a| a.strip_prefix(IMAGES_PATH)).collect();
    let mut known: HashMap<String, Picture> = db::media::by_paths(c, &stored)
        .await?
        .iter()
        .map(Picture::stored)
        .map(|picture| (picture.src.clone(), picture))
        .collect();
    for &address in addresses {
        known.entry(address.to_owned()).or_insert_with(|| Picture::elsewhere(address));
    }
    Ok(known)
}

/// The addresses in a text that are files of the media store, each once.
pub(super) fn stored_pictures_in(text: &str) -> Vec<&str> {
    const MAX_PICTURES: usize = 2_000;
    let ends = |c: char| c.is_whitespace() || matches!(c, ')' | '"' | '\'' | '<' | '>' | '?' | '#');
    let mut addresses: Vec<&str> = Vec::new();
    for (start, _) in text.match_indices(IMAGES_PATH).take(MAX_PICTURES) {
        let rest = &text[start..];
        let address = &rest[..rest.find(ends).unwrap_or(rest.len())];
        if !addresses.contains(&address) {
            addresses.push(address);
        }
    }
    addresses
}

pub(super) fn by_post<T>(rows: Vec<(PostId, T)>) -> HashMap<PostId, Vec<T>> {
    let mut map: HashMap<PostId, Vec<T>> = HashMap::new();
    for (post, thing) in rows {
        map.entry(post).or_default().push(thing);
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pictures_are_found_in_markdown_and_html() {
        let text = "![a](/content/images/a-1.png \"t\") <img src='/content/images/b-2.jpg'> \
                    ![a](/content/images/a-1.png) ![c](/elsewhere.png)";
        assert_eq!(
            stored_pictures_in(text),
            ["/content/images/a-1.png", "/content/images/b-2.jpg"]
        );
    }
}
