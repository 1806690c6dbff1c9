use super::Comparison::{Greater, GreaterOrEqual, Less, LessOrEqual};
use super::Scalar::{Bool, Null, Number, Relative, Text};
use super::*;

fn text(text: &str) -> Scalar {
    Text(text.to_owned())
}

fn condition(field: &str, is_negated: bool, test: Test) -> Filter {
    Filter::Is(Condition { field: field.to_owned(), is_negated, test })
}

fn is(field: &str, value: Scalar) -> Filter {
    condition(field, false, Test::Is(value))
}

fn parsed(filter: &str) -> Filter {
    parse(filter).unwrap_or_else(|error| panic!("{filter}: {error}")).expect("it is not empty")
}

#[test]
fn nothing_is_no_filter() {
    assert_eq!(parse(""), Ok(None));
    assert_eq!(parse(" \t\n"), Ok(None));
}

#[test]
fn values_are_told_apart() {
    for (written, value) in [
        ("a", text("a")),
        ("a-b", text("a-b")),
        ("a:b", text("a:b")),
        ("ä.ö/ü", text("ä.ö/ü")),
        ("null", Null),
        ("NULL", Null),
        ("Null", Null),
        ("nUll", text("nUll")),
        ("nullable", text("nullable")),
        ("null-a", text("null-a")),
        ("true", Bool(true)),
        ("TRUE", Bool(true)),
        ("False", Bool(false)),
        ("falsehood", text("falsehood")),
        ("0", Number(0)),
        ("42", Number(42)),
        ("4.9", Number(4)),
        ("4.", text("4.")),
        (".4", text(".4")),
        ("007", Number(7)),
        ("99999999999999999999", Number(i64::MAX)),
        ("123-test", text("123-test")),
        ("2026-01-01", text("2026-01-01")),
        ("1e5", text("1e5")),
        ("now-30d", Relative(-30, Unit::Days)),
        ("now+2w", Relative(2, Unit::Weeks)),
        ("now-1M", Relative(-1, Unit::Months)),
        ("now-1m", Relative(-1, Unit::Minutes)),
        ("now-1y", Relative(-1, Unit::Years)),
        ("now-1h", Relative(-1, Unit::Hours)),
        ("now-1s", Relative(-1, Unit::Seconds)),
        ("now", text("now")),
        ("now-1x", text("now-1x")),
        ("now-1dd", text("now-1dd")),
        ("nowhere", text("nowhere")),
        ("'a'", text("a")),
        ("'a b, (c) + [d] ~ <'", text("a b, (c) + [d] ~ <")),
        ("'it\\'s'", text("it's")),
        ("'a\\\"b'", text("a\"b")),
        ("'a\\b'", text("a\\b")),
        ("'null'", text("null")),
        ("'42'", text("42")),
        ("'now-1d'", text("now-1d")),
        ("it\\'s", text("it's")),
        ("a\\+b", text("a\\+b")),
        ("\\-a", text("\\-a")),
    ] {
        assert_eq!(parsed(&format!("x:{written}")), is("x", value), "{written}");
    }
}

#[test]
fn tests_are_told_apart() {
    let list = |values: &[&str]| values.iter().map(|value| text(value)).collect::<Vec<_>>();
    for (written, is_negated, test) in [
        ("-a", true, Test::Is(text("a"))),
        ("-5", true, Test::Is(Number(5))),
        ("-null", true, Test::Is(Null)),
        ("-'a'", true, Test::Is(text("a"))),
        (">5", false, Test::Compares(Greater, Number(5))),
        (">=5", false, Test::Compares(GreaterOrEqual, Number(5))),
        ("<'2026-01-01'", false, Test::Compares(Less, text("2026-01-01"))),
        ("<=now-1d", false, Test::Compares(LessOrEqual, Relative(-1, Unit::Days))),
        ("~'a'", false, Test::Has(Place::Anywhere, "a".to_owned())),
        ("~^'a'", false, Test::Has(Place::Start, "a".to_owned())),
        ("~$'a'", false, Test::Has(Place::End, "a".to_owned())),
        ("-~'a'", true, Test::Has(Place::Anywhere, "a".to_owned())),
        ("-~^'a'", true, Test::Has(Place::Start, "a".to_owned())),
        ("[a]", false, Test::OneOf(list(&["a"]))),
        ("[a,b,'c d']", false, Test::OneOf(list(&["a", "b", "c d"]))),
        ("-[a,b]", true, Test::OneOf(list(&["a", "b"]))),
        ("[a+b+c]", false, Test::AllOf(list(&["a", "b", "c"]))),
        ("[1,null,true]", false, Test::OneOf(vec![Number(1), Null, Bool(true)])),
    ] {
        assert_eq!(parsed(&format!("x:{written}")), condition("x", is_negated, test), "{written}");
    }
}

#[test]
fn and_binds_tighter_than_or() {
    let [a, b, c] = ["a", "b", "c"].map(|name| is(name, Number(1)));
    let all = |filters: [&Filter; 2]| Filter::All(filters.map(Filter::clone).to_vec());
    let any = |filters: [&Filter; 2]| Filter::Any(filters.map(Filter::clone).to_vec());
    assert_eq!(parsed("a:1+b:1,c:1"), any([&all([&a, &b]), &c]));
    assert_eq!(parsed("a:1,b:1+c:1"), any([&a, &all([&b, &c])]));
    assert_eq!(parsed("(a:1,b:1)+c:1"), all([&any([&a, &b]), &c]));
    assert_eq!(parsed("((((a:1))))"), a);
    assert_eq!(parsed("a:1,b:1,c:1"), Filter::Any(vec![a.clone(), b.clone(), c.clone()]));
}

#[test]
fn space_only_separates() {
    let plain = parsed("a:1+b:>2,(c:[x,y]+d:~'e')");
    assert_eq!(parsed(" a : 1 + b : > 2 , ( c : [ x , y ] + d : ~ 'e' ) "), plain);
}

#[test]
fn names_of_fields_are_in_lower_case() {
    assert_eq!(parsed("Primary_Tag:a"), is("primary_tag", text("a")));
    assert_eq!(parsed("tags.slug:a"), is("tags.slug", text("a")));
    assert_eq!(parsed("_x9:a"), is("_x9", text("a")));
}

#[test]
fn what_is_no_filter_says_where() {
    for (written, at) in [
        ("a", 1),
        ("a:", 2),
        (":a", 0),
        ("a b", 2),
        ("a:b c:d", 4),
        ("a:b+", 4),
        ("a:b,", 4),
        ("+a:b", 0),
        ("(a:b", 4),
        ("a:b)", 3),
        ("()", 1),
        ("a:''", 2),
        ("a:'b", 2),
        ("a:'b\"c'", 2),
        ("a:\"b\"", 2),
        ("a:~b", 3),
        ("a:~^", 4),
        ("a:>", 3),
        ("a:-", 3),
        ("a:--b", 3),
        ("a:->1", 3),
        ("a:[]", 3),
        ("a:[b", 4),
        ("a:[b,]", 5),
        ("a:[b+c,d]", 6),
        ("a:[b,c+d]", 6),
        ("a:-[b+c]", 5),
        ("a:b\\c", 2),
        ("9:a", 0),
        ("ä:a", 0),
        ("a:b'c'", 3),
    ] {
        match parse(written) {
            Err(Error::Expected { at: place, .. }) => assert_eq!(place, at, "{written}"),
            other => panic!("{written}: {other:?}"),
        }
    }
}

#[test]
fn every_bound_holds_and_what_is_at_it_passes() {
    let terms = |count: usize| vec!["a:1"; count].join(",");
    assert!(parse(&terms(MAX_TERMS)).is_ok());
    assert_eq!(parse(&terms(MAX_TERMS + 1)), Err(Error::TooManyTerms));

    let nested = |depth: usize| format!("{}a:1{}", "(".repeat(depth), ")".repeat(depth));
    assert!(parse(&nested(MAX_DEPTH)).is_ok());
    assert_eq!(parse(&nested(MAX_DEPTH + 1)), Err(Error::TooDeep));
    assert_eq!(parse(&"(".repeat(MAX_LENGTH)), Err(Error::TooDeep));

    let list = |count: usize| format!("a:[{}]", vec!["b"; count].join(","));
    assert!(parse(&list(MAX_LIST)).is_ok());
    assert_eq!(parse(&list(MAX_LIST + 1)), Err(Error::ListTooLong));

    let long = |length: usize| format!("a:{}", "b".repeat(length - 2));
    assert!(parse(&long(MAX_LENGTH)).is_ok());
    assert_eq!(parse(&long(MAX_LENGTH + 1)), Err(Error::TooLong));
    assert_eq!(parse(&" ".repeat(MAX_LENGTH + 1)), Err(Error::TooLong));
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(2_000))]

    /// Whatever it is, it is read or refused, and the place that is named lies in it.
    #[test]
    fn no_text_makes_it_panic(text in "[a-c0-2:+,()\\[\\]<>=~^$'\"\\\\ .\\-ntné]{0,60}") {
        if let Err(Error::Expected { at, .. }) = parse(&text) {
            proptest::prop_assert!(at <= text.len() && text.is_char_boundary(at), "{text}: {at}");
        }
    }

    #[test]
    fn neither_does_any_other(text in proptest::prelude::any::<String>()) {
        let _ = parse(&text);
    }
}
