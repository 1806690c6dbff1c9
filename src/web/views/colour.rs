//! Colours as the eye sees them: OKLCH, and contrast as WCAG 2 measures it.
//!
//! The matrices are those of Björn Ottosson's Oklab, <https://bottosson.github.io/posts/oklab/>;
//! relative luminance and contrast are those of WCAG 2.2.

/// Linear sRGB to the responses of the eye's cones.
const RGB_TO_CONES: [[f64; 3]; 3] = [
    [0.412_221_470_8, 0.536_332_536_3, 0.051_445_992_9],
    [0.211_903_498_2, 0.680_699_545_1, 0.107_396_956_6],
    [0.088_302_461_9, 0.281_718_837_6, 0.629_978_700_5],
];
/// The cube roots of the responses to lightness, a and b.
const CONES_TO_LAB: [[f64; 3]; 3] = [
    [0.210_454_255_3, 0.793_617_785_0, -0.004_072_046_8],
    [1.977_998_495_1, -2.428_592_205_0, 0.450_593_709_9],
    [0.025_904_037_1, 0.782_771_766_2, -0.808_675_766_0],
];
const LAB_TO_CONES: [[f64; 3]; 3] = [
    [1.0, 0.396_337_777_4, 0.215_803_757_3],
    [1.0, -0.105_561_345_8, -0.063_854_172_8],
    [1.0, -0.089_484_177_5, -1.291_485_548_0],
];
const CONES_TO_RGB: [[f64; 3]; 3] = [
    [4.076_741_662_1, -3.307_711_591_3, 0.230_969_929_2],
    [-1.268_438_004_6, 2.609_757_401_1, -0.341_319_396_5],
    [-0.004_196_086_3, -0.703_418_614_7, 1.707_614_701_0],
];

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
        let digit = |c: char| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok());
        let digits = digits.chars().map(digit).collect::<Option<Vec<_>>>()?;
        match digits.len() {
            3 => Some(Self(digits[0] * 17, digits[1] * 17, digits[2] * 17)),
            6 => {
                let channel = |at: usize| digits[at] * 16 + digits[at + 1];
                Some(Self(channel(0), channel(2), channel(4)))
            }
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
        let cones = multiply(&RGB_TO_CONES, self.linear()).map(f64::cbrt);
        let [lightness, a, b] = multiply(&CONES_TO_LAB, cones);
        Oklch { lightness, chroma: a.hypot(b), hue: b.atan2(a) }
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
            let (mut low, mut high) = (0.0, self.chroma);
            for _ in 0..20 {
                let middle = f64::midpoint(low, high);
                if shown(middle).is_some() { low = middle } else { high = middle }
            }
            Self { chroma: low, ..self }.to_linear()
        });
        let [r, g, b] = linear.map(|c| {
            let c = c.clamp(0.0, 1.0);
            let c = if c <= 0.003_130_8 { c * 12.92 } else { 1.055 * c.powf(1.0 / 2.4) - 0.055 };
            channel(c * 255.0)
        });
        Rgb(r, g, b)
    }

    fn to_linear(self) -> [f64; 3] {
        let (sin, cos) = self.hue.sin_cos();
        let lab = [self.lightness, self.chroma * cos, self.chroma * sin];
        multiply(&CONES_TO_RGB, multiply(&LAB_TO_CONES, lab).map(|cone| cone.powi(3)))
    }
}

fn multiply(matrix: &[[f64; 3]; 3], vector: [f64; 3]) -> [f64; 3] {
    matrix.map(|row| row[0] * vector[0] + row[1] * vector[1] + row[2] * vector[2])
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
