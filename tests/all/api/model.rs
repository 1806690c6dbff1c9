//! What a filter means, said a second time: by looking at a post in memory.

use masthead::clock::Timestamp;
use masthead::domain::tag::TagVisibility;
use masthead::domain::{Author, Tag, Visibility};
use masthead::nql::{Comparison, Condition, Filter, Place, Scalar, Test, Unit};

use super::shelf::Item;

/// What a field of a post holds.
#[derive(Debug, Clone, PartialEq)]
enum Held {
    Text(String),
    Number(i64),
    Bool(bool),
    Instant(i64),
    Nothing,
}

/// Whether a filter holds; `None` where nothing of it counts.
pub fn holds(filter: &Filter, item: &Item, now: Timestamp) -> Option<bool> {
    let each = |filters: &[Filter]| -> Vec<bool> {
        filters.iter().filter_map(|filter| holds(filter, item, now)).collect()
    };
    match filter {
        Filter::All(filters) => {
            Some(each(filters)).filter(|all| !all.is_empty()).map(|all| all.iter().all(|is| *is))
        }
        Filter::Any(filters) => {
            Some(each(filters)).filter(|all| !all.is_empty()).map(|all| all.iter().any(|is| *is))
        }
        Filter::Is(Condition { field, is_negated, test }) => {
            let (relation, within) = field.split_once('.').unwrap_or((field, "slug"));
            let related: Option<Vec<Option<Held>>> = match relation {
                "tag" | "tags" => Some(item.tags.iter().map(|tag| of_tag(tag, within)).collect()),
                "author" | "authors" => {
                    Some(item.authors.iter().map(|author| of_author(author, within)).collect())
                }
                "primary_tag" => {
                    let first = item.tags.first().filter(|tag| tag.is_public());
                    Some(first.map(|tag| of_tag(tag, within)).into_iter().collect())
                }
                "primary_author" => {
                    let first = item.authors.first();
                    Some(first.map(|author| of_author(author, within)).into_iter().collect())
                }
                _ => None,
            };
            match related {
                Some(values) if is_hidden(field) => {
                    drop(values);
                    None
                }
                Some(values) => {
                    let values: Vec<Held> = values.into_iter().flatten().collect();
                    let is_nullable = matches!(within, "description" | "bio");
                    Some(of_many(&values, *is_negated, test, is_nullable, now))
                }
                None => Some(of_one(&of_post(item, field)?, *is_negated, test, now)),
            }
        }
    }
}

/// Whether a condition holds of what belongs to a post: of one of them, or negated of none.
fn of_many(
    values: &[Held],
    is_negated: bool,
    test: &Test,
    is_nullable: bool,
    now: Timestamp,
) -> bool {
    let is_null = |scalar: &Scalar| *scalar == Scalar::Null && !is_nullable;
    match test {
        Test::Is(scalar) if is_null(scalar) => values.is_empty() != is_negated,
        Test::AllOf(scalars) => scalars
            .iter()
            .all(|scalar| of_many(values, is_negated, &Test::Is(scalar.clone()), is_nullable, now)),
        Test::OneOf(scalars) if scalars.iter().any(is_null) => {
            let is_one = scalars
                .iter()
                .any(|scalar| of_many(values, false, &Test::Is(scalar.clone()), is_nullable, now));
            is_one != is_negated
        }
        _ => values.iter().any(|value| of_one(value, false, test, now)) != is_negated,
    }
}

/// Whether a condition holds of one value. Of no value nothing holds, but that it is none.
fn of_one(held: &Held, is_negated: bool, test: &Test, now: Timestamp) -> bool {
    let is_nothing = *held == Held::Nothing;
    match test {
        Test::Is(Scalar::Null) => is_nothing != is_negated,
        Test::OneOf(scalars) if scalars.contains(&Scalar::Null) && is_nothing => !is_negated,
        _ if is_nothing => false,
        Test::Is(scalar) => is(held, scalar, now) != is_negated,
        Test::OneOf(scalars) => scalars.iter().any(|scalar| is(held, scalar, now)) != is_negated,
        Test::AllOf(scalars) => scalars.iter().all(|scalar| is(held, scalar, now)),
        Test::Compares(comparison, scalar) => compares(held, *comparison, scalar, now),
        Test::Has(place, part) => {
            let Held::Text(held) = held else { return is_negated };
            let (held, part) = (held.to_lowercase(), part.to_lowercase());
            let has = match place {
                Place::Anywhere => held.contains(&part),
                Place::Start => held.starts_with(&part),
                Place::End => held.ends_with(&part),
            };
            has != is_negated
        }
    }
}

fn is(held: &Held, scalar: &Scalar, now: Timestamp) -> bool {
    match held {
        Held::Nothing => *scalar == Scalar::Null,
        Held::Text(held) => words(scalar).is_some_and(|text| text == *held),
        Held::Number(held) => number(scalar).is_some_and(|number| number == *held),
        Held::Bool(held) => match words(scalar).as_deref() {
            Some("true" | "1") => *held,
            Some("false" | "0") => !*held,
            _ => false,
        },
        Held::Instant(held) => span(scalar, now).is_some_and(|span| span.contains(held)),
    }
}

fn compares(held: &Held, comparison: Comparison, scalar: &Scalar, now: Timestamp) -> bool {
    use std::cmp::Ordering::{self, Equal, Greater, Less};
    let ordering: Option<Ordering> = match held {
        Held::Nothing => None,
        Held::Text(held) => words(scalar).map(|text| held.as_str().cmp(&text)),
        Held::Number(held) => number(scalar).map(|number| held.cmp(&number)),
        Held::Bool(held) => match words(scalar).as_deref() {
            Some("true" | "1") => Some(held.cmp(&true)),
            Some("false" | "0") => Some(held.cmp(&false)),
            _ => None,
        },
        Held::Instant(held) => span(scalar, now)
            .map(|span| if span.contains(held) { Equal } else { held.cmp(&span.start) }),
    };
    match comparison {
        Comparison::Greater => ordering == Some(Greater),
        Comparison::GreaterOrEqual => matches!(ordering, Some(Greater | Equal)),
        Comparison::Less => ordering == Some(Less),
        Comparison::LessOrEqual => matches!(ordering, Some(Less | Equal)),
    }
}

fn words(scalar: &Scalar) -> Option<String> {
    match scalar {
        Scalar::Null | Scalar::Relative(..) => None,
        Scalar::Bool(is) => Some(is.to_string()),
        Scalar::Number(number) => Some(number.to_string()),
        Scalar::Text(text) => Some(text.clone()),
    }
}

fn number(scalar: &Scalar) -> Option<i64> {
    words(scalar)?.parse().ok()
}

/// What an instant of a filter covers, in microseconds.
fn span(scalar: &Scalar, now: Timestamp) -> Option<std::ops::Range<i64>> {
    const SECOND: i64 = 1_000_000;
    let of = |from: i64, length: i64| {
        let from = from.div_euclid(length) * length;
        from..from + length
    };
    match scalar {
        Scalar::Relative(count, unit) => {
            let zoned = now.in_zone(&jiff::tz::TimeZone::UTC);
            let span = jiff::Span::new();
            let span = match unit {
                Unit::Seconds => span.seconds(*count),
                Unit::Minutes => span.minutes(*count),
                Unit::Hours => span.hours(*count),
                Unit::Days => span.days(*count),
                Unit::Weeks => span.weeks(*count),
                Unit::Months => span.months(*count),
                Unit::Years => span.years(*count),
            };
            let then = zoned.checked_add(span).ok()?;
            Some(of(then.timestamp().as_microsecond(), SECOND))
        }
        other => {
            let text = words(other)?;
            let zoned = text.contains(['Z', '+']) || text.matches('-').count() > 2;
            let whole = if zoned {
                text.clone()
            } else if text.contains([' ', 'T']) {
                format!("{text}Z")
            } else {
                format!("{text}T00:00:00Z")
            };
            let instant: jiff::Timestamp = whole.parse().ok()?;
            let length = if text.contains('.') { 1_000 } else { SECOND };
            Some(of(instant.as_microsecond(), length))
        }
    }
}

fn is_hidden(field: &str) -> bool {
    [
        "status",
        "html",
        "plaintext",
        "locale",
        "newsletter",
        "authors.email",
        "authors.roles",
        "tags.created_at",
        "tags.parent",
    ]
    .contains(&field)
}

fn perhaps(text: Option<&String>) -> Held {
    text.map_or(Held::Nothing, |text| Held::Text(text.clone()))
}

/// What a field holds; `None` of one that readers may not ask for.
fn of_post(item: &Item, field: &str) -> Option<Held> {
    if is_hidden(field) {
        return None;
    }
    let (post, summary) = (&item.post, &item.post.summary);
    let text = |text: &str| Held::Text(text.to_owned());
    Some(match field.strip_prefix("posts_meta.").unwrap_or(field) {
        "id" => text(summary.id.as_str()),
        "uuid" => text(&post.uuid),
        "slug" => text(summary.slug.as_str()),
        "title" => text(&summary.title),
        "type" => text("post"),
        "visibility" => text(match summary.visibility {
            Visibility::Public => "public",
            Visibility::Members => "members",
        }),
        "featured" => Held::Bool(summary.featured),
        "show_title_and_feature_image" => Held::Bool(post.show_title_and_feature_image),
        "reading_time" => Held::Number(summary.reading_time.into()),
        "custom_excerpt" => perhaps(summary.custom_excerpt.as_ref()),
        "feature_image" => perhaps(summary.feature_image.as_ref()),
        "feature_image_alt" => perhaps(summary.feature_image_alt.as_ref()),
        "canonical_url" => perhaps(post.social.canonical_url.as_ref()),
        "og_title" => perhaps(post.social.og_title.as_ref()),
        "meta_title" => perhaps(post.social.meta_title.as_ref()),
        "email_subject" => Held::Nothing,
        "published_at" => summary.published_at.map_or(Held::Nothing, |at| Held::Instant(at.0)),
        "created_at" => Held::Instant(summary.created_at.0),
        "updated_at" => Held::Instant(summary.updated_at.0),
        other => panic!("the model does not know `{other}`"),
    })
}

fn of_tag(tag: &Tag, field: &str) -> Option<Held> {
    match field {
        "slug" => Some(Held::Text(tag.slug.to_string())),
        "name" => Some(Held::Text(tag.name.clone())),
        "description" => Some(perhaps(tag.description.as_ref())),
        "visibility" => Some(Held::Text(
            match tag.visibility {
                TagVisibility::Public => "public",
                TagVisibility::Internal => "internal",
            }
            .to_owned(),
        )),
        _ => None,
    }
}

fn of_author(author: &Author, field: &str) -> Option<Held> {
    match field {
        "slug" => Some(Held::Text(author.slug.to_string())),
        "name" => Some(Held::Text(author.name.clone())),
        "bio" => Some(perhaps(author.bio.as_ref())),
        _ => None,
    }
}
