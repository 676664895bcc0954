//! Types as generated code names them.

/// A type as generated code names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Ty {
    /// A socket type, as a path from the module: `socket::Model`, `sockets::Ipadapter`.
    Socket(String),
    /// Anything.
    Any,
    /// A member of a union, by the path of the union.
    Union(String),
    /// A type parameter of the class.
    Generic(char),
    /// One of a closed list: a place in [`Choices`](super::choices::Choices).
    Choice(usize),
    /// Several of a closed list.
    Choices(usize),
}
