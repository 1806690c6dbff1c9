//! The configuration: what is wrong with it is named by its key, before anything is done.

use super::Program;
use super::program::end;

#[test]
fn help_names_every_command() {
    let help = Program::new().run(&["--help"]);
    assert_eq!(help.code, Some(0), "{help:?}");
    for command in ["serve", "import", "export", "migrate", "check", "user"] {
        assert!(help.out.contains(&format!("  {command} ")), "{command} in {}", help.out);
        let help = Program::new().run(&[command, "--help"]);
        assert_eq!(help.code, Some(0), "{help:?}");
        assert!(help.out.contains("Usage: masthead"), "{help:?}");
    }
}

#[test]
fn the_version_is_that_of_the_package() {
    let version = Program::new().run(&["--version"]);
    assert_eq!(version.code, Some(0));
    assert_eq!(version.out, format!("masthead {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_no_command_is_used_wrongly() {
    for arguments in [&["publish"][..], &["--colour"], &["import"], &["user"], &["--listen", "x"]] {
        let ended = Program::new().run(arguments);
        assert_eq!(ended.code, Some(2), "{arguments:?}: {ended:?}");
        assert!(ended.out.is_empty() && !ended.err.is_empty(), "{arguments:?}: {ended:?}");
    }
}

#[test]
fn a_configuration_that_is_fine_is_said_to_be() {
    let program = Program::new();
    std::fs::write(
        program.path("masthead.toml"),
        "[server]\nurl = \"https://example.org/\"\n[database]\nurl = \"sqlite:there/site.db\"\n",
    )
    .unwrap();
    let ended = program.run(&["check"]);
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.out.contains("https://example.org/\n"), "{ended:?}");
    assert!(ended.out.contains("sqlite:there/site.db"), "{ended:?}");
    assert!(!program.path("there").exists(), "a check makes nothing");
}

#[test]
fn a_value_that_is_wrong_is_named_by_its_key() {
    for (key, line) in [
        ("server.listen", "[server]\nlisten = \"everywhere\""),
        ("server.url", "[server]\nurl = \"example.org\""),
        ("server.url", "[server]\nurl = \"https://example.org/blog\""),
        ("server.request_timeout_s", "[server]\nrequest_timeout_s = 0"),
        ("server.drain_timeout_s", "[server]\ndrain_timeout_s = -1"),
        ("database.url", "[database]\nurl = \"mysql://x\""),
        ("database.readers", "[database]\nreaders = 0"),
        ("database.acquire_timeout_s", "[database]\nacquire_timeout_s = \"long\""),
        ("media.max_bytes", "[media]\nmax_bytes = 0"),
        ("redis.url", "[redis]\nurl = \"http://x\""),
        ("redis.url", "[redis]\nurl = \"rediss://x/#insecure\""),
        ("redis.ca_file", "[redis]\nurl = \"redis://x\"\nca_file = \"ca.pem\""),
        ("sessions.ca_file", "[sessions]\nca_file = \"ca.pem\""),
        ("redis.prefix", "[redis]\nprefix = \"a b\""),
        ("redis.timeout_ms", "[redis]\ntimeout_ms = 0"),
        ("cache.fence_ms", "[cache]\nfence_ms = 499"),
        ("cache.poll_ms", "[cache]\npoll_ms = 1"),
        ("cache.origin_limit", "[cache]\norigin_limit = 0"),
        ("cache.soft_timeout_ms", "[cache]\nsoft_timeout_ms = 10001"),
        ("cache.l1_bytes", "[cache]\nl1_bytes = -1"),
        ("cdn.provider", "[cdn]\nprovider = \"akamai\""),
        ("cdn.timeout_s", "[cdn]\ntimeout_s = 0"),
        ("cdn.settle_s", "[cdn]\nsettle_s = 0"),
        ("cdn.cloudflare.zone", "[cdn]\nprovider = \"cloudflare\""),
        ("cdn.cloudfront.distribution", "[cdn]\nprovider = \"cloudfront\""),
        ("cdn.fastly.token", "[cdn]\nprovider = \"fastly\"\n[cdn.fastly]\nservice = \"x\""),
        ("cdn.varnish.addresses", "[cdn]\nprovider = \"varnish\""),
        ("cdn.webhook.secret", "[cdn]\nprovider = \"webhook\"\n[cdn.webhook]\nsecret = \"x\""),
        ("cdn.fastly.key", "[cdn.fastly]\nkey = \"x\""),
        ("log.format", "[log]\nformat = \"xml\""),
        ("log.filter", "[log]\nfilter = \"masthead=loud=very\""),
        ("lisen", "[server]\nlisen = \"127.0.0.1:1\""),
        ("sever", "[sever]\nlisten = \"127.0.0.1:1\""),
        ("masthead.toml", "[server\n"),
    ] {
        for command in ["check", "serve", "migrate"] {
            let program = Program::new();
            std::fs::write(program.path("masthead.toml"), line).unwrap();
            let ended = program.run(&[command]);
            assert_eq!(ended.code, Some(2), "{line}: {ended:?}");
            assert!(ended.err.contains(key), "{key} in {}", ended.err);
            assert!(!program.path("data").exists(), "nothing is made");
        }
    }
}

#[test]
fn every_problem_is_told_at_once() {
    let program = Program::new();
    let file = "[server]\nurl = \"x\"\n[database]\nreaders = 0\n[media]\nmax_bytes = 0\n";
    std::fs::write(program.path("masthead.toml"), file).unwrap();
    let ended = program.run(&["check"]);
    for key in ["server.url", "database.readers", "media.max_bytes"] {
        assert!(ended.err.contains(key), "{key} in {}", ended.err);
    }
}

#[test]
fn a_key_of_the_environment_that_is_not_known_is_named() {
    let program = Program::new();
    for (name, value, named) in [
        ("MASTHEAD_DATABSE__URL", "sqlite:x", "databse"),
        ("MASTHEAD_SERVER__LISEN", "127.0.0.1:1", "lisen"),
        ("MASTHEAD_SERVER__URL", "nowhere", "server.url"),
        ("MASTHEAD_CONFIG", "not-there.toml", "not-there.toml"),
    ] {
        let ended = end(program.command(&["check"]).env(name, value), "");
        assert_eq!(ended.code, Some(2), "{name}: {ended:?}");
        assert!(ended.err.contains(named), "{named} in {}", ended.err);
    }
}

#[test]
fn a_file_that_was_named_has_to_be_there() {
    let ended = Program::new().run(&["check", "--config", "elsewhere.toml"]);
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("elsewhere.toml: no such file"), "{ended:?}");
}
