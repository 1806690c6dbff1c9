//! Users of the export as authors.

use std::collections::HashMap;

use serde_json::Value;

use super::Reading;
use super::addresses::Found;
use super::export_file::{Tables, UserRow};
use crate::domain::author::{Role, UserStatus};
use crate::domain::{Author, UserId};
use crate::formats::{Problem, SourceAuthor};

/// Every user who has a name, or a slug to make one of.
pub(super) fn read(
    tables: &Tables,
    reading: &Reading,
    problems: &mut Vec<Problem>,
) -> Vec<SourceAuthor> {
    let names: HashMap<&str, &str> =
        tables.roles.iter().filter_map(|role| role.id.text().zip(role.name.text())).collect();
    let mut roles: HashMap<&str, Role> = HashMap::new();
    for link in &tables.roles_users {
        let name = link.role_id.text().and_then(|id| names.get(id));
        if let (Some(user), Some(name)) = (link.user_id.text(), name) {
            roles.insert(user, role(name));
        }
    }
    let mut users = Vec::new();
    for row in &tables.users {
        if let Some(author) = author(row, &roles, reading) {
            users.push(author);
        } else {
            let reason = format!("user {} has no name", row.id.text().unwrap_or("?"));
            problems.push(Problem { origin: "users".to_owned(), line: None, reason });
        }
    }
    users
}

fn author(row: &UserRow, roles: &HashMap<&str, Role>, reading: &Reading) -> Option<SourceAuthor> {
    let name = row.name.text().or(row.slug.text())?;
    let key = row.id.text().or(row.email.text()).or(row.slug.text())?;
    let id = key
        .parse()
        .unwrap_or_else(|_| UserId::derived(row.email.text().or(row.slug.text()).unwrap_or(key)));
    let slug = reading.slug(&row.slug, name, id.as_str());
    let mut author = Author {
        email: row.email.text().map(|email| email.trim().to_lowercase()),
        role: roles.get(key).copied().or_else(|| role_by_hand(row)).unwrap_or_default(),
        status: UserStatus::Locked,
        profile_image: row.profile_image.owned().or_else(|| row.image.owned()),
        cover_image: row.cover_image.owned().or_else(|| row.cover.owned()),
        bio: row.bio.owned(),
        website: row.website.owned(),
        location: row.location.owned(),
        facebook: row.facebook.owned(),
        twitter: row.twitter.owned(),
        threads: row.threads.owned(),
        bluesky: row.bluesky.owned(),
        mastodon: row.mastodon.owned(),
        tiktok: row.tiktok.owned(),
        youtube: row.youtube.owned(),
        instagram: row.instagram.owned(),
        linkedin: row.linkedin.owned(),
        meta_title: row.meta_title.owned(),
        meta_description: row.meta_description.owned(),
        ..Author::named(id, name, slug, reading.now)
    };
    (author.created_at, author.updated_at) = reading.dates(&row.created_at, &row.updated_at);
    let mut found = Found::default();
    reading.addresses.field(&mut author.profile_image, &mut found);
    reading.addresses.field(&mut author.cover_image, &mut found);
    Some(SourceAuthor { key: key.to_owned(), author, files: found.files })
}

/// There is one owner, and it is not somebody from a file.
fn role(name: &str) -> Role {
    match name.to_ascii_lowercase().as_str() {
        "owner" | "administrator" | "super editor" => Role::Administrator,
        "editor" => Role::Editor,
        "contributor" => Role::Contributor,
        _ => Role::Author,
    }
}

/// `roles: ["Author"]`, as files made by hand have it.
fn role_by_hand(row: &UserRow) -> Option<Role> {
    let roles: Value = serde_json::from_str(row.roles.text()?).ok()?;
    let first = roles.get(0)?;
    first.as_str().or_else(|| first.get("name")?.as_str()).map(role)
}
