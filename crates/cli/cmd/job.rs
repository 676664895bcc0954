//! stub
use crate::{args::JobArguments,printer::Printer,Done,Failure};
pub(crate) fn status(_: &JobArguments, _: &Printer) -> Result<Done, Failure> { Err(Failure::Usage("stub".into())) }
pub(crate) fn result(_: &JobArguments, _: &Printer) -> Result<Done, Failure> { Err(Failure::Usage("stub".into())) }
pub(crate) fn cancel(_: &JobArguments, _: &Printer) -> Result<Done, Failure> { Err(Failure::Usage("stub".into())) }
