//! Where the programs are that the tests start: Debian keeps servers out of an ordinary `PATH`.

use std::path::{Path, PathBuf};

/// The oldest version of PostgreSQL that Masthead accepts.
const OLDEST_POSTGRES: u32 = 15;

/// The folder of the programs of the newest PostgreSQL.
pub fn postgres() -> Result<PathBuf, String> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = debian
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse().ok()?, entry.path())))
        .filter(|(version, _): &(u32, PathBuf)| *version >= OLDEST_POSTGRES)
        .max()
        .map(|(_, path)| path.join("bin"));
    let in_path = || {
        let path = std::env::var_os("PATH")?;
        std::env::split_paths(&path).find(|folder| folder.join("initdb").is_file())
    };
    let found = newest.filter(|bin| bin.join("initdb").is_file()).or_else(in_path);
    found.ok_or_else(|| {
        format!("PostgreSQL {OLDEST_POSTGRES} or later is not installed; `tests/run` installs it")
    })
}

/// A server that Debian keeps in `/usr/sbin`: its path there, or its name.
pub fn server(name: &str) -> PathBuf {
    let debian = Path::new("/usr/sbin").join(name);
    if debian.is_file() { debian } else { name.into() }
}
