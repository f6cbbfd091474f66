//! The executor alone.

use super::succeeded;
use crate::hosts::Host;
use crate::process::Process;

/// What it promises, the component checks itself.
pub(super) fn promises(host: &Host) -> Result<(), String> {
    let mut command = host.command("executor", &[]);
    succeeded(&Process::start(&mut command)?.end()?, "")
}
