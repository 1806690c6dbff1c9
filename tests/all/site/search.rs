//! Search: words of any script are found, and no question is too odd.

use http::{Method, StatusCode};
use masthead::domain::post::Draft;
use masthead::domain::slug::encode;

use super::furnished;
use crate::instance::{Instance, published};
use crate::support::fixtures::{NOON, author};
use crate::support::{TestDatabase, on_both};

on_both!(words_of_every_script_are_found, any_question_has_an_answer, the_field_keeps_the_question);

async fn words_of_every_script_are_found(database: &TestDatabase) {
    let site = Instance::on(database).await;
    site.add_author(&author("Ann")).await;
    for (slug, text) in [
        ("tokyo", "東京の天気は晴れです。明日は雨が降るでしょう。"),
        ("beijing", "北京的天气很好，我们去公园散步。"),
        ("seoul", "서울의 날씨는 맑습니다."),
        ("cairo", "الطقس في القاهرة مشمس اليوم."),
        ("zurich", "Der Zürichsee lag ruhig. Straße und Größe."),
        ("moscow", "Погода в Москве холодная."),
    ] {
        let draft = Draft {
            slug: Some(slug.to_owned()),
            markdown: text.to_owned(),
            ..published(slug, NOON)
        };
        site.create(&draft).await;
    }
    for (words, slug) in [
        ("天気", "tokyo"),
        ("明日 雨", "tokyo"),
        ("公园", "beijing"),
        ("날씨", "seoul"),
        ("القاهرة", "cairo"),
        ("zurichsee", "zurich"),
        ("ZÜRICHSEE", "zurich"),
        ("strasse", "zurich"),
        ("погода", "moscow"),
    ] {
        let page = site.page(&format!("/search/?q={}", encode(words))).await;
        let link = format!("href=\"/{slug}/\"");
        assert!(page.contains(&link), "{words} finds no {slug}:\n{page}");
        assert!(page.contains("<mark>"), "{words} is not marked in\n{page}");
    }
}

async fn any_question_has_an_answer(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let long = "second ".repeat(2_000);
    for words in [
        "",
        " ",
        "\"",
        "\"second",
        "second\"",
        "'second' & third",
        "second OR third",
        "second AND NOT (third",
        "NEAR(second third, 2)",
        "title:second",
        "second*",
        "*",
        "-second",
        "^second",
        "second:*",
        "!second | <-> third",
        "{second} : third",
        "\\",
        "%",
        "\0",
        "a\u{301}\u{301}\u{301}",
        "💩",
        "\u{202e}dnoces",
        "<script>alert(1)</script>",
        &long,
    ] {
        let path = format!("/search/?q={}", encode(words));
        let answer = site.request(Method::GET, &path, &[]).await;
        assert_eq!(answer.status, StatusCode::OK, "{words:.60}");
        assert!(!answer.text().contains("<script>alert"), "{words:.60}");
    }
    for query in ["?q=%FF", "?q=%", "?%", "?q[]=a", "?q=a&q=b", "?page=2", "?q=second&page=two"] {
        let status = site.get(&format!("/search/{query}")).await.status;
        assert!(status.is_success() || status == StatusCode::NOT_FOUND, "{query}: {status}");
    }
    assert!(site.page("/search/?q=second").await.contains("href=\"/second/\""));
    assert!(!site.page("/search/?q=second+nonsense").await.contains("href=\"/second/\""));
}

async fn the_field_keeps_the_question(database: &TestDatabase) {
    let site = furnished(database).await.instance;
    let page = site.page("/search/?q=%22a%22+%3Cb%3E+%26").await;
    assert!(page.contains("value=\"&#34;a&#34; &#60;b&#62; &#38;\""), "{page}");
    assert!(page.contains("content=\"noindex\""), "{page}");
}
