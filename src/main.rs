//! The `ocop` program: reads its settings, does what the command says.
//!
//! Exit codes: 0 done · 1 failed · 2 a setting or argument is wrong · 3 the database cannot be used.

mod cli;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
