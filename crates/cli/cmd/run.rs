//! stub
use crate::{args::Run,printer::Printer,Done,Failure};
pub(crate) fn run(_: &Run, _: &Printer) -> Result<Done, Failure> { Err(Failure::Usage("stub".into())) }
pub(crate) fn object_info(_: &str) -> Result<String, Failure> { Err(Failure::Usage("stub".into())) }
