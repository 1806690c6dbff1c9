//! The archive: the years and months in which something was published.

use askama::Template;

use crate::domain::listing::Month;
use crate::domain::paths;
use crate::i18n::Strings;
use crate::web::assets::asset;

use super::frame::Frame;
use super::meta::Meta;
use super::{Site, json_ld};

/// The index of the archive.
#[derive(Debug, Template)]
#[template(path = "archive.html")]
pub struct ArchivePage<'a> {
    frame: Frame<'a>,
    title: String,
    years: Vec<Year>,
}

#[derive(Debug)]
struct Year {
    number: i16,
    months: Vec<MonthEntry>,
}

#[derive(Debug)]
struct MonthEntry {
    href: String,
    name: String,
}

impl<'a> ArchivePage<'a> {
    /// The index of the months, newest first.
    #[must_use]
    pub fn new(site: Site<'a>, months: &[Month]) -> Self {
        let strings = Strings::for_locale(&site.settings.locale);
        let title = strings.text("archive");
        let mut meta = Meta::new(site, &title, paths::ARCHIVE);
        meta.description = Some(strings.text("archive-lead"));
        let steps = [(title.as_str(), paths::ARCHIVE.to_owned())];
        let meta = meta.data(&json_ld::breadcrumbs(site, &steps));
        let year = |months: &[Month]| Year {
            number: months[0].year,
            months: months.iter().map(|&month| month_entry(strings, month)).collect(),
        };
        Self {
            years: months.chunk_by(|a, b| a.year == b.year).map(year).collect(),
            frame: Frame::new(site, paths::ARCHIVE, meta),
            title,
        }
    }
}

fn month_entry(strings: &Strings, month: Month) -> MonthEntry {
    MonthEntry {
        href: paths::month(month.year, month.month),
        name: strings.month_name(month.month),
    }
}
