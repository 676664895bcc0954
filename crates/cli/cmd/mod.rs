//! One file for each command.

mod against;
mod as_server;
pub(crate) mod build;
pub(crate) mod catalog;
pub(crate) mod check;
pub(crate) mod explain;
mod fix;
pub(crate) mod generate;
pub(crate) mod init;
pub(crate) mod job;
mod outputs;
pub(crate) mod run;
