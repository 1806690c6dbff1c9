//! Content tags of the export.

use super::Reading;
use super::addresses::Found;
use super::export_file::{Tables, TagRow};
use crate::domain::tag::TagVisibility;
use crate::domain::{Tag, TagId};
use crate::formats::{Problem, SourceTag};

/// Every tag that has a name, or a slug to make one of.
pub(super) fn read(
    tables: &Tables,
    reading: &Reading,
    problems: &mut Vec<Problem>,
) -> Vec<SourceTag> {
    let mut tags = Vec::new();
    for row in &tables.tags {
        if let Some(tag) = tag(row, reading) {
            tags.push(tag);
        } else {
            let reason = format!("tag {} has no name", row.id.text().unwrap_or("?"));
            problems.push(Problem { origin: "tags".to_owned(), line: None, reason });
        }
    }
    tags
}

/// The name of a tag, which is what posts of a source name it by.
pub(super) fn name(row: &TagRow) -> Option<&str> {
    row.name.text().or(row.slug.text()).map(str::trim)
}

fn tag(row: &TagRow, reading: &Reading) -> Option<SourceTag> {
    let name = name(row)?;
    let id = row
        .id
        .text()
        .and_then(|id| id.parse().ok())
        .unwrap_or_else(|| TagId::derived(row.slug.text().unwrap_or(name)));
    let slug = reading.tag_slug(&row.slug, name, id.as_str());
    let is_internal = name.starts_with('#') || row.visibility.text() == Some("internal");
    let mut tag = Tag {
        description: row.description.owned(),
        feature_image: row.feature_image.owned().or_else(|| row.image.owned()),
        visibility: if is_internal { TagVisibility::Internal } else { TagVisibility::Public },
        accent_color: row.accent_color.owned(),
        social: row.social.merge(None),
        codeinjection_head: row.codeinjection_head.owned(),
        codeinjection_foot: row.codeinjection_foot.owned(),
        ..Tag::named(id, name, slug, reading.now)
    };
    (tag.created_at, tag.updated_at) = reading.dates(&row.created_at, &row.updated_at);
    let mut found = Found::default();
    reading.addresses.field(&mut tag.feature_image, &mut found);
    reading.social(&mut tag.social, &mut found);
    reading.code(&mut tag.codeinjection_head);
    reading.code(&mut tag.codeinjection_foot);
    Some(SourceTag { tag, files: found.files })
}
