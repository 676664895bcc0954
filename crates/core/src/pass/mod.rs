//! Graph to graph. A pass never fails and never looks at text.

pub mod apply;
