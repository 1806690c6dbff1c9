//! Colours as the eye sees them: OKLCH, and contrast as WCAG 2 measures it.
//!
//! The matrices are those of Björn Ottosson's Oklab, <https://bottosson.github.io/posts/oklab/>;
//! relative luminance and contrast are those of WCAG 2.2.

/// A colour in sRGB, each channel from 0 to 255.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Rgb(pub u8, pub u8, pub u8);

/// Lightness from 0 to 1, chroma, hue in radians.
#[derive(Debug, Clone, Copy)]
struct Oklch {
    lightness: f64,
    chroma: f64,
    hue: f64,
}

impl Rgb {
    /// Reads `#rgb` and `#rrggbb`.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let digits = text.trim().strip_prefix('#')?;
        let nibbles: Option<Vec<u8>> =
            digits.chars().map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok())).collect();
        match nibbles?.as_slice() {
            &[r, g, b] => Some(Self(r * 17, g * 17, b * 17)),
            &[r, s, g, h, b, c] => Some(Self(r * 16 + s, g * 16 + h, b * 16 + c)),
            _ => None,
        }
    }

    /// `#rrggbb`.
    pub(super) fn to_hex(self) -> String {
        format!("#{:02x}{:02x}{:02x}", self.0, self.1, self.2)
    }

    /// The contrast to another colour: 1 to 21.
    pub(super) fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The same hue, lightened or darkened until it has the contrast to a ground; unchanged where
    /// it has it already. Chroma gives way where the screen cannot show it.
    pub(super) fn readable_on(self, ground: Self, contrast: f64) -> Self {
        if self.contrast(ground) >= contrast {
            return self;
        }
        let colour = self.to_oklch();
        let away = if ground.luminance() > 0.18 { 0.0 } else { 1.0 };
        let (mut short, mut enough) = (colour.lightness, away);
        // Each step halves the distance; 20 of them are finer than the steps of a channel.
        for _ in 0..20 {
            let middle = f64::midpoint(short, enough);
            let moved = Oklch { lightness: middle, ..colour }.to_rgb();
            if moved.contrast(ground) >= contrast {
                enough = middle;
            } else {
                short = middle;
            }
        }
        Oklch { lightness: enough, ..colour }.to_rgb()
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        })
    }

    fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    fn to_oklch(self) -> Oklch {
        let [r, g, b] = self.linear();
        let l = (0.412_221_470_8 * r + 0.536_332_536_3 * g + 0.051_445_992_9 * b).cbrt();
        let m = (0.211_903_498_2 * r + 0.680_699_545_1 * g + 0.107_396_956_6 * b).cbrt();
        let s = (0.088_302_461_9 * r + 0.281_718_837_6 * g + 0.629_978_700_5 * b).cbrt();
        let a = 1.977_998_495_1 * l - 2.428_592_205_0 * m + 0.450_593_709_9 * s;
        let b = 0.025_904_037_1 * l + 0.782_771_766_2 * m - 0.808_675_766_0 * s;
        Oklch {
            lightness: 0.210_454_255_3 * l + 0.793_617_785_0 * m - 0.004_072_046_8 * s,
            chroma: a.hypot(b),
            hue: b.atan2(a),
        }
    }
}

impl Oklch {
    /// The nearest colour that a screen can show, at the price of chroma.
    fn to_rgb(self) -> Rgb {
        let shown = |chroma: f64| {
            let linear = Self { chroma, ..self }.to_linear();
            linear.iter().all(|c| (-1e-4..=1.0001).contains(c)).then_some(linear)
        };
        let linear = shown(self.chroma).unwrap_or_else(|| {
            let (mut shows, mut not) = (0.0, self.chroma);
            for _ in 0..20 {
                let middle = f64::midpoint(shows, not);
                if shown(middle).is_some() { shows = middle } else { not = middle }
            }
            Self { chroma: shows, ..self }.to_linear()
        });
        let [r, g, b] = linear.map(|c| {
            let c = c.clamp(0.0, 1.0);
            let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
            channel(c * 255.0)
        });
        Rgb(r, g, b)
    }

    fn to_linear(self) -> [f64; 3] {
        let (a, b) = (self.chroma * self.hue.cos(), self.chroma * self.hue.sin());
        let l = (self.lightness + 0.396_337_777_4 * a + 0.215_803_757_3 * b).powi(3);
        let m = (self.lightness - 0.105_561_345_8 * a - 0.063_854_172_8 * b).powi(3);
        let s = (self.lightness - 0.089_484_177_5 * a - 1.291_485_548_0 * b).powi(3);
        [
            4.076_741_662_1 * l - 3.307_711_591_3 * m + 0.230_969_929_2 * s,
            -1.268_438_004_6 * l + 2.609_757_401_1 * m - 0.341_319_396_5 * s,
            -0.004_196_086_3 * l - 0.703_418_614_7 * m + 1.707_614_701_0 * s,
        ]
    }
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "the value was clamped to a channel"
)]
fn channel(value: f64) -> u8 {
    value.round().clamp(0.0, 255.0) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contrast_is_that_of_wcag() {
        let (black, white) = (Rgb(0, 0, 0), Rgb(255, 255, 255));
        assert!((black.contrast(white) - 21.0).abs() < 1e-9);
        assert!((Rgb(0x76, 0x76, 0x76).contrast(white) - 4.54).abs() < 0.01);
    }

    #[test]
    fn colours_are_read_and_written() {
        assert_eq!(Rgb::parse("#b3261e"), Some(Rgb(0xb3, 0x26, 0x1e)));
        assert_eq!(Rgb::parse(" #Fa0 ").map(Rgb::to_hex).as_deref(), Some("#ffaa00"));
        for text in ["", "red", "#12", "#12345", "#gggggg", "b3261e", "#ééé"] {
            assert_eq!(Rgb::parse(text), None, "{text}");
        }
    }

    #[test]
    fn oklch_there_and_back_is_the_same_colour() {
        for r in (0..=255).step_by(51) {
            for g in (0..=255).step_by(51) {
                for b in (0..=255).step_by(51) {
                    let colour = Rgb(r, g, b);
                    assert_eq!(colour.to_oklch().to_rgb(), colour);
                }
            }
        }
    }
}
