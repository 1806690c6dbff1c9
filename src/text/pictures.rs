//! Pictures: their size, so that nothing moves when they come; smaller variants, so that a phone
//! loads what it can show; captions.

use std::collections::HashSet;

use super::Options;
use super::tidy;
use super::tree::{Element, Kind, NodeId, ROOT, Tree};

/// How wide a picture is shown within a text, for the `sizes` of its variants: the measure of the
/// text on wide screens, else the whole width.
pub const SIZES: &str = "(min-width: 46rem) 44rem, 100vw";

/// A picture with less text than this before it, in bytes, is likely seen without scrolling.
const LEAD: usize = 400;

/// Completes every picture and makes figures of those with a caption; counts the pictures.
pub(super) fn dress(tree: &mut Tree, options: &Options<'_>) -> usize {
    for paragraph in tree.named("p") {
        make_figure(tree, paragraph);
    }
    let lead = lead(tree).filter(|_| !options.has_feature_image);
    let within_pictures: HashSet<NodeId> = tree
        .named("picture")
        .into_iter()
        .flat_map(|picture| tree.children(picture).to_vec())
        .collect();
    let images = tree.named("img");
    for &image in &images {
        complete(tree, image, options, lead == Some(image), within_pictures.contains(&image));
    }
    images.len()
}

/// A paragraph that is one picture, or one link around it, with a title becomes a figure.
fn make_figure(tree: &mut Tree, paragraph: NodeId) {
    let Some(only) = only_child(tree, paragraph) else { return };
    let image = match tree.name(only) {
        "a" => only_child(tree, only),
        _ => Some(only),
    };
    let Some(image) = image.filter(|&image| tree.name(image) == "img") else { return };
    let Some(title) = tree.element_mut(image).and_then(|img| img.take("title")) else { return };
    if let Some(figure) = tree.element_mut(paragraph) {
        figure.name = "figure".into();
    }
    tree.set_children(paragraph, vec![only]);
    let caption = tree.append(paragraph, Kind::Element(Element::new("figcaption")));
    tree.append(caption, Kind::Text(title));
}

fn only_child(tree: &Tree, id: NodeId) -> Option<NodeId> {
    let is_blank = |id: NodeId| match tree.kind(id) {
        Kind::Text(text) => text.trim().is_empty(),
        Kind::Group => tree.children(id).is_empty(),
        Kind::Element(_) => false,
    };
    let mut children = tree.children(id).iter().copied().filter(|&child| !is_blank(child));
    children.next().filter(|_| children.next().is_none())
}

/// The first picture, where it stands near the beginning: it must not wait to be loaded.
fn lead(tree: &Tree) -> Option<NodeId> {
    let mut read = 0;
    for id in tree.descendants(ROOT) {
        match tree.kind(id) {
            Kind::Text(text) => read += text.len(),
            Kind::Element(element) if &*element.name == "img" => return Some(id),
            Kind::Element(_) | Kind::Group => {}
        }
        if read > LEAD {
            return None;
        }
    }
    None
}

fn complete(tree: &mut Tree, id: NodeId, options: &Options<'_>, is_lead: bool, has_variants: bool) {
    let Some(image) = tree.element_mut(id) else { return };
    let picture = image.get("src").and_then(|src| (options.picture)(src));
    let mut source = None;
    if let Some(picture) = picture {
        image.set("src", tidy::address(&picture.src));
        let wanted = image.get("width").and_then(|width| width.parse::<u32>().ok());
        if let Some((width, height)) = picture.size {
            set_size(image, width, height);
        }
        if !has_variants && image.get("srcset").is_none() {
            source = variants(&picture.variants(), wanted);
        }
    }
    if !is_lead {
        image.set("loading", "lazy");
    }
    image.set("decoding", "async");
    if let Some(source) = source {
        let image = tree.wrap(id, Element::new("picture"));
        let source = tree.detached(Kind::Element(source));
        tree.set_children(id, vec![source, image]);
    }
}

/// Keeps the width or the height that the writer wanted, and the shape of the picture.
fn set_size(image: &mut Element, width: u32, height: u32) {
    let side = |name: &str| image.get(name).and_then(|side| side.parse::<u32>().ok());
    let scale = |side: u32, to: u32, from: u32| {
        let scaled = u64::from(side) * u64::from(to) / u64::from(from.max(1));
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    };
    let (width, height) = match (side("width"), side("height")) {
        (Some(wanted), _) => (wanted, scale(wanted, height, width)),
        (None, Some(wanted)) => (scale(wanted, width, height), wanted),
        (None, None) => (width, height),
    };
    image.set("width", width.to_string());
    image.set("height", height.to_string());
}

fn variants(variants: &[(u32, String)], wanted: Option<u32>) -> Option<Element> {
    if variants.is_empty() {
        return None;
    }
    let candidates: Vec<String> = variants
        .iter()
        .map(|(width, src)| format!("{} {width}w", tidy::address(src).replace(',', "%2C")))
        .collect();
    let sizes = match wanted {
        Some(width) => format!("(min-width: {width}px) {width}px, 100vw"),
        None => SIZES.to_owned(),
    };
    let source = Element::new("source")
        .with("type", "image/webp")
        .with("srcset", candidates.join(", "))
        .with("sizes", sizes);
    Some(source)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::media::Picture;

    fn dressed(html: &str, picture: &dyn Fn(&str) -> Option<Picture>) -> String {
        let options = Options {
            trusted: false,
            locale: "en",
            has_feature_image: true,
            custom_excerpt: None,
            picture,
        };
        let mut tree = Tree::parse(html);
        dress(&mut tree, &options);
        tree.to_html()
    }

    fn stored(src: &str) -> Option<Picture> {
        src.starts_with("/content/images/").then(|| Picture {
            src: src.to_owned(),
            size: Some((500, 250)),
            resizable: true,
        })
    }

    #[test]
    fn an_unknown_picture_waits() {
        let html = dressed("<img src=\"a\" alt=\"\">", &|_| None);
        assert_eq!(html, "<img src=\"a\" alt=\"\" loading=\"lazy\" decoding=\"async\">");
    }

    #[test]
    fn a_stored_picture_has_a_size_and_variants() {
        let html = dressed("<img src=\"/content/images/a.png\" alt=\"b\">", &stored);
        let expected = "<picture><source type=\"image/webp\" srcset=\"\
            /content/images/size/w400/format/webp/a.png 400w, \
            /content/images/size/w600/format/webp/a.png 500w\" sizes=\"(min-width: 46rem) 44rem, \
            100vw\"><img src=\"/content/images/a.png\" alt=\"b\" width=\"500\" height=\"250\" \
            loading=\"lazy\" decoding=\"async\"></picture>";
        assert_eq!(html, expected);
    }

    #[test]
    fn the_size_that_the_writer_wanted_keeps_the_shape() {
        let html = dressed("<img src=\"/content/images/a.png\" alt=\"\" width=\"100\">", &stored);
        assert!(html.contains("width=\"100\" height=\"50\""), "{html}");
        assert!(html.contains("sizes=\"(min-width: 100px) 100px, 100vw\""), "{html}");
    }

    #[test]
    fn a_picture_of_raw_html_keeps_its_own_variants() {
        let html =
            "<picture><source srcset=\"b\"><img src=\"/content/images/a.png\" alt=\"\"></picture>";
        assert!(dressed(html, &stored).starts_with("<picture><source srcset=\"b\"><img "));
    }

    #[test]
    fn a_titled_picture_alone_becomes_a_figure() {
        let html = dressed("<p><img src=\"a\" alt=\"\" title=\"B\"></p>", &|_| None);
        let expected = "<figure><img src=\"a\" alt=\"\" loading=\"lazy\" decoding=\"async\">\
                        <figcaption>B</figcaption></figure>";
        assert_eq!(html, expected);
        let linked = "<p><a href=\"/\"><img src=\"a\" alt=\"\" title=\"B\"></a></p>";
        assert!(dressed(linked, &|_| None).starts_with("<figure><a href=\"/\"><img "));
        let in_words = "<p>a <img src=\"a\" alt=\"\" title=\"B\"></p>";
        assert!(dressed(in_words, &|_| None).starts_with("<p>a <img "));
    }
}
