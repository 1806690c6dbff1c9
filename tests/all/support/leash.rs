//! Programs that the tests start, and that never outlive them.

use std::ffi::OsStr;
use std::process::{Child, Command, Stdio};

/// Runs a program until it ends or standard input does: that is a pipe whose other end only the
/// tests hold, so it ends with them, by panic or by SIGKILL.
const SCRIPT: &str = r#"
    exec 3<&0
    # A frozen program hears of nothing before it goes on.
    end() { kill -TERM $program; kill -CONT $program; }
    trap 'end 2>/dev/null' INT TERM HUP
    "$@" </dev/null 3<&- &
    program=$!
    { read -r _; end; } <&3 2>/dev/null &
    reader=$!
    # A signal ends the waiting, not the program.
    while kill -0 $program 2>/dev/null; do wait $program; status=$?; done
    kill $reader 2>/dev/null
    exit $status
"#;

/// A program under way; dropped, it is stopped with SIGTERM and waited for.
pub struct Leash(Child);

impl Leash {
    /// Starts a program. The caller sets arguments, environment and output on the command.
    pub fn start(program: impl AsRef<OsStr>, build: impl FnOnce(&mut Command)) -> Self {
        let mut command = Command::new("sh");
        command.args(["-c", SCRIPT, "sh"]).arg(program);
        build(&mut command);
        Self(command.stdin(Stdio::piped()).spawn().unwrap())
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.0.try_wait().unwrap().is_some()
    }
}

impl Drop for Leash {
    fn drop(&mut self) {
        drop(self.0.stdin.take());
        let _ = self.0.wait();
    }
}
