//! What each filter chooses: a table, held against both databases and against the model.

use masthead::db::browse::{self, Asker, BrowseError, Query, Which};
use masthead::db::{Connection, Intent};
use masthead::domain::PostKind;
use masthead::nql;

use super::model;
use super::shelf::{self, NOW};
use crate::support::{TestDatabase, on_both};

on_both!(
    every_filter_chooses_what_the_table_says,
    what_cannot_be_answered_is_refused,
    slugs_come_in_the_order_in_which_they_are_named,
    an_integration_may_ask_for_more,
);

/// A filter, and the letters of the posts that it chooses.
#[rustfmt::skip]
const TABLE: &[(&str, &str)] = &[
    // Nothing is chosen away.
    ("", "abcdefgh"), ("   ", "abcdefgh"),
    // True and false.
    ("featured:true", "ac"), ("featured:false", "bdefgh"), ("featured:-true", "bdefgh"),
    ("featured:-false", "ac"), ("featured:1", "ac"), ("featured:0", "bdefgh"),
    ("featured:'true'", "ac"), ("featured:[true]", "ac"), ("featured:[true,false]", "abcdefgh"),
    ("featured:-[true]", "bdefgh"), ("featured:maybe", ""), ("featured:-maybe", "abcdefgh"),
    ("featured:2", ""), ("featured:null", ""), ("featured:-null", "abcdefgh"),
    ("FEATURED:TRUE", "ac"), ("show_title_and_feature_image:true", "abcdefgh"),
    // Texts.
    ("slug:alpha", "a"), ("slug:-alpha", "bcdefgh"), ("slug:'alpha'", "a"), ("slug:ALPHA", ""),
    ("slug:[alpha,beta]", "ab"), ("slug:-[alpha,beta]", "cdefgh"), ("slug:[alpha,alpha]", "a"),
    ("slug:[alpha+beta]", ""), ("slug:[alpha+alpha]", "a"),
    ("slug:42", "g"), ("slug:'42'", "g"), ("slug:2024-in-review", "f"), ("slug:-42", "abcdefh"),
    ("slug:nothing", ""), ("slug:-nothing", "abcdefgh"), ("slug:[nothing]", ""),
    ("slug:-[nothing]", "abcdefgh"), ("slug:[nothing,zeta]", "h"),
    ("slug:>delta", "ceh"), ("slug:>=delta", "cdeh"), ("slug:<beta", "afg"), ("slug:<=beta", "abfg"),
    ("slug:>null", ""), ("slug:null", ""), ("slug:-null", "abcdefgh"), ("slug:now-1d", ""),
    ("uuid:a", "a"), ("uuid:[a,b,c]", "abc"),
    ("title:'Alpha One'", "a"), ("title:-'Alpha One'", "bcdefgh"), ("title:Delta", "d"),
    ("title:2024", "f"), ("title:'2024'", "f"), ("title:2024.9", "f"), ("title:null", ""),
    ("title:'null'", "h"), ("title:-null", "abcdefgh"), ("title:'It\\'s E'", "e"),
    ("title:It\\'s", ""), ("title:true", ""), ("title:'Beta 100%'", "b"),
    // Parts of texts.
    ("title:~'a'", "abcd"), ("title:~'A'", "abcd"), ("title:-~'a'", "efgh"),
    ("title:~^'a'", "a"), ("title:~^'B'", "b"), ("title:-~^'a'", "bcdefgh"),
    ("title:~$'e'", "ae"), ("title:~$'E'", "ae"), ("title:-~$'e'", "bcdfgh"),
    ("title:~'%'", "b"), ("title:~'100%'", "b"), ("title:~'_'", "c"), ("title:~'a_r'", "c"),
    ("title:~'a%'", ""), ("title:~'two'", "g"), ("title:~^'two'", ""), ("title:~$'two'", "g"),
    ("title:~'it\\'s'", "e"), ("title:~'0'", "bf"), ("title:~'\\\\w'", ""), ("title:~'.'", ""),
    ("slug:~'-'", "f"), ("slug:~^'2024-'", "f"), ("slug:~'eta'", "bh"),
    ("featured:~'t'", ""), ("featured:-~'t'", "abcdefgh"),
    // What may be missing.
    ("custom_excerpt:null", "bcdfgh"), ("custom_excerpt:-null", "ae"),
    ("custom_excerpt:'First of all'", "a"), ("custom_excerpt:-'First of all'", "e"),
    ("custom_excerpt:~'first'", "ae"), ("custom_excerpt:-~'first'", ""),
    ("custom_excerpt:-~'all'", "e"), ("custom_excerpt:[null]", "bcdfgh"),
    ("custom_excerpt:['First of all',null]", "abcdfgh"),
    ("custom_excerpt:-['First of all']", "e"), ("custom_excerpt:-[null]", "ae"),
    ("custom_excerpt:-['First of all',null]", "e"), ("custom_excerpt:nothing", ""),
    ("feature_image:null", "bcdegh"), ("feature_image:-null", "af"),
    ("feature_image_alt:null", "abcdefgh"), ("canonical_url:-null", "h"),
    ("canonical_url:'https://elsewhere.example/h'", "h"), ("canonical_url:https://elsewhere.example/h", "h"),
    ("og_title:Beta!", "b"), ("meta_title:D", "d"), ("posts_meta.meta_title:D", "d"),
    ("meta_title:-D", ""), ("email_subject:null", "abcdefgh"), ("email_subject:-null", ""),
    ("visibility:public", "abcdfgh"), ("visibility:members", "e"), ("visibility:-public", "e"),
    ("visibility:[public,members]", "abcdefgh"), ("visibility:paid", ""),
    // What decides on the list itself.
    ("type:post", "abcdefgh"), ("type:page", ""), ("type:-page", "abcdefgh"), ("type:-post", ""),
    // What readers may not ask for says nothing.
    ("status:draft", "abcdefgh"), ("status:-published", "abcdefgh"),
    ("status:[draft,scheduled]", "abcdefgh"), ("html:x", "abcdefgh"),
    ("plaintext:~'x'", "abcdefgh"), ("locale:de", "abcdefgh"), ("newsletter:-null", "abcdefgh"),
    ("status:draft+featured:true", "ac"), ("status:draft,featured:true", "ac"),
    ("(status:draft)", "abcdefgh"), ("(status:draft,html:x)+tag:news", "ace"),
    ("authors.email:ann@example.org", "abcdefgh"), ("authors.roles:Owner", "abcdefgh"),
    ("tags.created_at:>'2020-01-01'", "abcdefgh"), ("tags.parent:null", "abcdefgh"),
    // Numbers.
    ("reading_time:5", "e"), ("reading_time:-5", "abcdfgh"), ("reading_time:>5", "fgh"),
    ("reading_time:>=5", "efgh"), ("reading_time:<3", "ab"), ("reading_time:<=3", "abc"),
    ("reading_time:[1,8]", "ah"), ("reading_time:-[1,8]", "bcdefg"), ("reading_time:'5'", "e"),
    ("reading_time:5.9", "e"), ("reading_time:five", ""), ("reading_time:-five", "abcdefgh"),
    ("reading_time:true", ""), ("reading_time:[five,1]", "a"), ("reading_time:-[five,1]", "bcdefgh"),
    ("reading_time:<99999999999999999999", "abcdefgh"), ("reading_time:[1+1]", "a"),
    // Instants.
    ("published_at:>'2026-04-01'", "defg"), ("published_at:>2026-04-01", "defg"),
    ("published_at:>='2026-04-01T12:00:00Z'", "defg"), ("published_at:>'2026-04-01T12:00:00Z'", "efg"),
    ("published_at:<'2026-01-01'", "h"), ("published_at:<='2026-01-01'", "ah"),
    ("published_at:'2026-01-01'", "a"), ("published_at:-'2026-01-01'", "bcdefgh"),
    ("published_at:'2026-02-01 10:00:00'", "b"), ("published_at:'2026-02-01T10:00:00.5Z'", "b"),
    ("published_at:'2026-02-01T10:00:00.500Z'", "b"), ("published_at:'2026-02-01T10:00:00.123Z'", ""),
    ("published_at:>'2026-02-01 10:00:00'", "cdefg"), ("published_at:>='2026-02-01 10:00:00'", "bcdefg"),
    ("published_at:>'2026-02-01T10:00:00.4Z'", "bcdefg"),
    ("published_at:<'2026-02-01T11:00:00+01:00'", "ah"), ("published_at:<='2026-02-01T11:00:00+01:00'", "abh"),
    ("published_at:['2026-01-01','2026-04-01 12:00:00']", "ad"), ("published_at:-['2026-01-01']", "bcdefgh"),
    ("published_at:null", ""), ("published_at:-null", "abcdefgh"),
    ("published_at:~'2026'", ""), ("published_at:-~'2026'", "abcdefgh"),
    ("created_at:'2026-05-01 12:00:00'", "abcdefgh"), ("updated_at:<'2026-05-01'", ""),
    // Before now, and after it.
    ("published_at:>now-1d", "g"), ("published_at:>=now-1d", "fg"), ("published_at:>now-2d", "fg"),
    ("published_at:>now-1w", "fg"), ("published_at:>now-1M", "efg"), ("published_at:>=now-1M", "defg"),
    ("published_at:<=now-1y", "h"), ("published_at:<now-1y", ""), ("published_at:<now+1d", "abcdefgh"),
    ("published_at:>now-3600s", ""), ("published_at:>=now-1h", "g"), ("published_at:>now-61m", "g"),
    // Tags.
    ("tag:news", "ace"), ("tags:news", "ace"), ("tags.slug:news", "ace"), ("Tag:news", "ace"),
    ("tag:-news", "bdfgh"), ("tag:[news,tech]", "abceg"), ("tag:-[news,tech]", "dfh"),
    ("tag:[news+tech]", "ae"), ("tag:news+tag:tech", "ae"), ("tag:news,tag:tech", "abceg"),
    ("tag:-news+tag:-tech", "dfh"), ("tag:-news+tag:tech", "bg"), ("tag:hash-internal", "c"),
    ("tag:null", "dh"), ("tag:-null", "abcefg"), ("tag:[news,null]", "acdeh"),
    ("tag:-[news,null]", "bfg"), ("tag:nothing", ""), ("tag:-nothing", "abcdefgh"),
    ("tag:[nothing]", ""), ("tag:-[nothing]", "abcdefgh"), ("tag:news+tag:news", "ace"),
    ("tag:>news", "abeg"), ("tag:~'read'", "ef"), ("tag:~'ews'", "ace"), ("tag:-~'ews'", "bdfgh"),
    ("tags.name:News", "ace"), ("tags.name:'Long Reads'", "ef"), ("tags.name:~'long'", "ef"),
    ("tags.name:~^'te'", "abeg"), ("tags.name:-~'e'", "dh"), ("tags.visibility:internal", "c"),
    ("tags.visibility:public", "abcefg"), ("tags.visibility:-internal", "abdefgh"),
    ("tags.description:null", "abcefg"), ("tags.description:-null", "dh"),
    ("primary_tag:news", "a"), ("primary_tag:tech", "bg"), ("primary_tag:long-reads", "ef"),
    ("primary_tag:hash-internal", ""), ("primary_tag:-news", "bcdefgh"), ("primary_tag:null", "cdh"),
    ("primary_tag:-null", "abefg"), ("primary_tag:[news,tech]", "abg"),
    ("primary_tag:-[news,tech]", "cdefh"), ("Primary_Tag.name:News", "a"),
    // Authors.
    ("author:ann", "acefgh"), ("authors:bo", "bce"), ("author:-ann", "bd"),
    ("author:[ann,bo]", "abcefgh"), ("author:-[ann,bo]", "d"), ("author:[ann+bo]", "ce"),
    ("author:ann+author:bo", "ce"), ("authors.slug:cleo", "df"), ("authors.name:Ann", "acefgh"),
    ("authors.name:~'o'", "bcdef"), ("author:null", ""), ("author:-null", "abcdefgh"),
    ("authors.bio:null", "abcdefgh"), ("primary_author:ann", "acgh"), ("primary_author:bo", "be"),
    ("primary_author:-ann", "bdef"), ("primary_author:[bo,cleo]", "bdef"),
    // Of several together.
    ("tag:tech+featured:false", "beg"), ("tag:tech,featured:true", "abceg"),
    ("(tag:tech,featured:true)+author:ann", "aceg"), ("tag:tech+(author:bo,author:cleo)", "be"),
    ("featured:true+tag:news+author:bo", "c"), ("featured:true,tag:long-reads+author:cleo", "acf"),
    ("((featured:true,slug:beta)+tag:tech)", "ab"), ("author:ann+tag:-news", "fgh"),
    ("slug:-alpha+tag:news", "ce"), (" featured : true + tag : tech ", "a"),
    ("visibility:members,tag:null", "deh"), ("reading_time:>2+reading_time:<6", "cde"),
    ("published_at:>'2026-01-01'+published_at:<'2026-04-01'", "bc"),
    ("slug:-alpha+slug:-beta+slug:-gamma", "defgh"), ("(((((tag:news)))))", "ace"),
];

/// The letters of the posts that a filter chooses.
async fn chosen(
    c: &mut Connection,
    kind: PostKind,
    asker: Asker,
    filter: &str,
) -> Result<String, BrowseError> {
    let filter = nql::parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}"));
    let found = browse::posts(c, kind, &query(asker, filter), NOW).await?;
    assert_eq!(found.rows.len() as u64, found.total);
    Ok(found.rows.iter().map(|post| post.uuid.as_str()).collect())
}

fn query(asker: Asker, filter: Option<nql::Filter>) -> Query {
    Query {
        asker,
        which: Which::All,
        filter,
        order: Vec::new(),
        limit: Some(100),
        skip: 0,
        after: None,
    }
}

async fn every_filter_chooses_what_the_table_says(database: &TestDatabase) {
    assert!(TABLE.len() >= 150);
    shelf::fill(database).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    let mut wrong = Vec::new();
    for (filter, letters) in TABLE {
        let found = chosen(&mut snapshot, PostKind::Post, Asker::Reader, filter).await;
        let found = found.unwrap_or_else(|error| panic!("{filter}: {error}"));
        // The usual order is that of the dates.
        let expected: String = "gfedcbah".chars().filter(|c| letters.contains(*c)).collect();
        if !filter.starts_with("slug:[") && found != expected {
            wrong.push(format!("{filter}: {found} and not {expected}"));
        }
        let sorted = |text: &str| {
            let mut letters: Vec<char> = text.chars().collect();
            letters.sort_unstable();
            letters.into_iter().collect::<String>()
        };
        if sorted(&found) != *letters {
            wrong.push(format!("{filter}: {} and not {letters}", sorted(&found)));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn the_model_chooses_what_the_table_says() {
    let items = shelf::items();
    for (filter, letters) in TABLE {
        let parsed = nql::parse(filter).unwrap();
        let found = items.iter().filter(|item| {
            parsed.as_ref().is_none_or(|parsed| model::holds(parsed, item, NOW).unwrap_or(true))
        });
        let mut found: Vec<char> = found.map(shelf::Item::letter).collect();
        found.sort_unstable();
        assert_eq!(found.into_iter().collect::<String>(), *letters, "{filter}");
    }
}

async fn what_cannot_be_answered_is_refused(database: &TestDatabase) {
    shelf::fill(database).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    for (filter, reason) in [
        ("colour:red", "there is no field `colour`"),
        ("tags.colour:red", "there is no field `tags.colour`"),
        ("colour.slug:red", "there is no field `colour.slug`"),
        ("posts:x", "there is no field `posts`"),
        ("status:draft+colour:red", "there is no field `colour`"),
        ("p.id:x", "there is no field `p.id`"),
        ("published_at:yesterday", "`yesterday` is no date"),
        ("published_at:>now", "`now` is no date"),
        ("published_at:2026", "`2026` is no date"),
        ("published_at:true", "`true` is no date"),
        ("published_at:['2026-01-01',never]", "`never` is no date"),
        ("published_at:'2026-02-30'", "`2026-02-30` is no date"),
        ("published_at:'1 or 1=1'", "`1 or 1=1` is no date"),
    ] {
        let found = chosen(&mut snapshot, PostKind::Post, Asker::Reader, filter).await;
        match found {
            Err(BrowseError::Filter(error)) => assert_eq!(error.to_string(), reason, "{filter}"),
            other => panic!("{filter}: {other:?}"),
        }
    }
}

async fn slugs_come_in_the_order_in_which_they_are_named(database: &TestDatabase) {
    shelf::fill(database).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    for (filter, letters) in
        [("slug:[beta,42,zeta,alpha]", "bgha"), ("slug:-[beta,42]", "fedcah"), ("slug:[a]", "")]
    {
        let found = chosen(&mut snapshot, PostKind::Post, Asker::Reader, filter).await.unwrap();
        assert_eq!(found, letters, "{filter}");
    }
}

async fn an_integration_may_ask_for_more(database: &TestDatabase) {
    shelf::fill(database).await;
    let mut snapshot = database.read(Intent::Any).await.unwrap();
    for (kind, asker, filter, letters) in [
        (PostKind::Post, Asker::Integration, "status:draft", "x"),
        (PostKind::Post, Asker::Integration, "status:-published", "yx"),
        (PostKind::Post, Asker::Integration, "tag:news", "yxeca"),
        (PostKind::Post, Asker::Integration, "locale:null+featured:true", "ca"),
        (PostKind::Page, Asker::Reader, "", "pq"),
        (PostKind::Page, Asker::Reader, "tag:news", "p"),
        (PostKind::Page, Asker::Reader, "tag:null", "q"),
    ] {
        let found = chosen(&mut snapshot, kind, asker, filter).await.unwrap();
        assert_eq!(found, letters, "{kind:?} {asker:?} {filter}");
    }
}
