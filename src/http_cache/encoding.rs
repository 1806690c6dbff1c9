//! Content codings: which compressed form the client takes (RFC 9110, section 12.5.3).

use http::header::ACCEPT_ENCODING;
use http::{HeaderMap, HeaderValue};
use serde::{Deserialize, Serialize};

/// A content coding that we can serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Coding {
    /// Brotli (RFC 7932).
    Brotli,
    /// Zstandard (RFC 8878).
    Zstd,
    /// Gzip (RFC 1952).
    Gzip,
    /// No coding at all.
    Identity,
}

impl Coding {
    /// The value of `Content-Encoding`; `None` for no coding, which has no field.
    #[must_use]
    pub fn header_value(self) -> Option<HeaderValue> {
        (self != Self::Identity).then(|| HeaderValue::from_static(self.token()))
    }

    /// Its name in the registry of content codings.
    #[must_use]
    pub const fn token(self) -> &'static str {
        match self {
            Self::Brotli => "br",
            Self::Zstd => "zstd",
            Self::Gzip => "gzip",
            Self::Identity => "identity",
        }
    }

    fn from_token(token: &str) -> Option<Self> {
        // A recipient takes `x-gzip` for `gzip` (RFC 9110, section 8.4.1.3).
        let token = if token.eq_ignore_ascii_case("x-gzip") { "gzip" } else { token };
        [Self::Brotli, Self::Zstd, Self::Gzip, Self::Identity]
            .into_iter()
            .find(|coding| token.eq_ignore_ascii_case(coding.token()))
    }
}

/// The codings that a client takes, each with its weight in thousandths; 0 refuses it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct AcceptEncoding {
    /// By [`Coding`].
    named: [Option<u16>; 4],
    others: Option<u16>,
}

impl AcceptEncoding {
    /// Reads the field. An element that cannot be read counts as not there, and so does the whole
    /// field where it is absent: a client that says nothing gets the plain bytes.
    #[must_use]
    pub fn of(request: &HeaderMap) -> Self {
        let mut accepted = Self::default();
        let lines = request.get_all(ACCEPT_ENCODING).iter();
        for element in lines.filter_map(|line| line.to_str().ok()).flat_map(|l| l.split(',')) {
            let (token, weight) = element.split_once(';').unwrap_or((element, "q=1"));
            let Some(weight) = parse_weight(weight) else { continue };
            if token.trim() == "*" {
                accepted.others = Some(weight);
            } else if let Some(coding) = Coding::from_token(token.trim()) {
                // The first word on a coding counts.
                accepted.named[coding as usize].get_or_insert(weight);
            }
        }
        accepted
    }

    /// The best of the codings on offer, which are in the order of our own preference; no coding
    /// is always on offer, last. `None` where the client takes none of them, not even that.
    #[must_use]
    pub fn choose(&self, offered: impl IntoIterator<Item = Coding>) -> Option<Coding> {
        let mut best: Option<(Coding, u16)> = None;
        for coding in offered.into_iter().chain([Coding::Identity]) {
            let Some(weight) = self.weight(coding) else { continue };
            if best.is_none_or(|(_, most)| weight > most) {
                best = Some((coding, weight));
            }
        }
        best.map(|(coding, _)| coding)
    }

    /// `None` where the coding is refused. Plain bytes of which nothing was said are acceptable,
    /// but less than anything that was asked for.
    fn weight(&self, coding: Coding) -> Option<u16> {
        match (self.named(coding).or(self.others), coding) {
            (None, Coding::Identity) => Some(0),
            (None | Some(0), _) => None,
            (weight, _) => weight,
        }
    }

    const fn named(&self, coding: Coding) -> Option<u16> {
        self.named[coding as usize]
    }
}

/// `q=0.25` in thousandths (RFC 9110, section 12.4.2).
fn parse_weight(text: &str) -> Option<u16> {
    let (name, value) = text.trim().split_once('=')?;
    if !name.eq_ignore_ascii_case("q") {
        return None;
    }
    let (whole, fraction) = value.split_once('.').unwrap_or((value, ""));
    if fraction.len() > 3 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let digit = |at: usize| fraction.as_bytes().get(at).map_or(0, |byte| u16::from(byte - b'0'));
    let thousandths = digit(0) * 100 + digit(1) * 10 + digit(2);
    match whole {
        "0" => Some(thousandths),
        "1" if thousandths == 0 => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Coding; 3] = [Coding::Brotli, Coding::Zstd, Coding::Gzip];

    fn read(text: &str) -> AcceptEncoding {
        let mut request = HeaderMap::new();
        if let Ok(value) = text.parse() {
            request.insert(ACCEPT_ENCODING, value);
        }
        AcceptEncoding::of(&request)
    }

    #[test]
    fn the_best_acceptable_coding_is_chosen() {
        for (field, expected) in [
            ("gzip, deflate, br, zstd", Some("br")),
            ("gzip, deflate", Some("gzip")),
            ("GZIP", Some("gzip")),
            ("x-gzip", Some("gzip")),
            ("deflate", Some("identity")),
            ("", Some("identity")),
            ("br;q=0.5, gzip;q=0.8", Some("gzip")),
            ("br;q=0.5, zstd ; q=0.501", Some("zstd")),
            ("br;q=0, gzip;q=0.001", Some("gzip")),
            ("br;q=0.5, identity;q=0.9", Some("identity")),
            ("identity, br", Some("br")),
            ("*", Some("br")),
            ("*, br;q=0", Some("zstd")),
            ("gzip;q=0.2, *;q=0.1", Some("gzip")),
            ("br;q=0, *;q=0", None),
            ("*;q=0", None),
            ("*;q=0, gzip", Some("gzip")),
            ("*;q=0, identity;q=0.1", Some("identity")),
            ("identity;q=0", None),
            ("identity;q=0, gzip", Some("gzip")),
            ("identity;q=0.000", None),
            ("br;q=2, gzip", Some("gzip")),
            ("br;q=0.1234, gzip;q=0.1", Some("gzip")),
            ("br;level=1, gzip", Some("gzip")),
        ] {
            assert_eq!(read(field).choose(ALL).map(Coding::token), expected, "{field}");
        }
    }

    #[test]
    fn silence_means_plain_bytes() {
        let silent = AcceptEncoding::of(&HeaderMap::new());
        assert_eq!(silent.choose(ALL), Some(Coding::Identity));
    }

    #[test]
    fn what_is_not_offered_is_not_chosen() {
        assert_eq!(read("br, gzip;q=0.1").choose([Coding::Gzip]), Some(Coding::Gzip));
        assert_eq!(read("br").choose([]), Some(Coding::Identity));
    }

    proptest! {
        #[test]
        fn a_refused_coding_is_never_chosen(
            text in "((br|gzip|zstd|identity|\\*)(;q=(0|1|0\\.[0-9]{1,3}))?,? ?){0,6}",
        ) {
            let accepted = read(&text);
            if let Some(chosen) = accepted.choose(ALL) {
                prop_assert_ne!(accepted.named(chosen), Some(0));
            }
        }

        #[test]
        fn any_text_can_be_read(text in "\\PC{0,100}") {
            let _ = read(&text).choose(ALL);
        }
    }
}
