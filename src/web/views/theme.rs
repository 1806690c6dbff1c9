//! The stylesheet of a site: its accent colour, made readable on paper and on ink.
//!
//! It is a file of its own under a hashed address, because a page that allows no inline style
//! cannot carry a colour that differs from site to site.

use crate::domain::Settings;

use super::colour::Rgb;

/// The light ground, as the stylesheet has it.
pub const PAPER: &str = "#fdfcf8";
/// The ground of the dark scheme.
pub const INK: &str = "#161412";

/// The least favourable grounds that a link may stand on: `--shade` of either scheme.
const SHADES: [Rgb; 2] = [Rgb(0xf4, 0xf1, 0xe9), Rgb(0x22, 0x1f, 0x1b)];

/// The contrast of text (WCAG 2.2, success criterion 1.4.3), and a little for rounding.
const CONTRAST: f64 = 4.55;

/// The accent of a site whose setting is no colour.
const FALLBACK: Rgb = Rgb(0xb3, 0x26, 0x1e);

/// The stylesheet with the accent of a site in both schemes.
#[must_use]
pub fn theme_css(settings: &Settings) -> String {
    let [light, dark] = accents(&settings.accent_color).map(Rgb::to_hex);
    format!(
        ":root{{--accent:{light}}}@media screen and (prefers-color-scheme:dark){{:root{{--accent:{dark}}}}}\n"
    )
}

/// The accent on paper and on ink.
fn accents(setting: &str) -> [Rgb; 2] {
    let wished = Rgb::parse(setting).unwrap_or(FALLBACK);
    SHADES.map(|ground| wished.readable_on(ground, CONTRAST))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_accent_can_be_read_on_either_ground() {
        let named = ["#ffff00", "#ffffff", "#000000", "#00ff00", "#0000ff", "#b3261e", "nonsense"];
        // Sixty more, all around the wheel, from pale to dark.
        let around = (0..60u32).map(|n| {
            let channel = |shift: u32| (n * 47 + n * n * shift) % 256;
            format!("#{:02x}{:02x}{:02x}", channel(13), channel(29), channel(71))
        });
        for setting in named.map(str::to_owned).into_iter().chain(around) {
            let accents = accents(&setting);
            let grounds = [PAPER, INK].map(|ground| Rgb::parse(ground).unwrap());
            for ((accent, shade), ground) in accents.into_iter().zip(SHADES).zip(grounds) {
                assert!(accent.contrast(shade) >= 4.5, "{setting} on shade: {accent:?}");
                assert!(accent.contrast(ground) >= 4.5, "{setting} on ground: {accent:?}");
            }
        }
    }

    #[test]
    fn an_accent_that_can_be_read_stays_as_it_is() {
        assert_eq!(accents("#b3261e")[0].to_hex(), "#b3261e");
    }

    #[test]
    fn the_grounds_are_those_of_the_stylesheet() {
        let css = include_str!("../../../static/site.css");
        for ground in [PAPER, INK] {
            assert!(css.contains(&format!("--paper: {ground}")), "{ground}");
        }
        for shade in SHADES {
            assert!(css.contains(&format!("--shade: {}", shade.to_hex())), "{shade:?}");
        }
    }

    #[test]
    fn a_hostile_setting_writes_no_css() {
        let settings =
            Settings { accent_color: "red}body{display:none".into(), ..Settings::default() };
        assert!(theme_css(&settings).contains("--accent:#b3261e"));
    }
}
