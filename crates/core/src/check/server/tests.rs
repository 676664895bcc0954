//! The rules of the server, case by case.
