//! The socket types of a catalog: those that the DSL has, those that a generated module adds, and its unions.

use indexmap::{IndexMap, IndexSet};

use super::ident::{Namer, type_name};
use super::ty::Ty;
use crate::catalog::Type;
use crate::dsl::socket;

/// The module of a generated module that holds its own types.
pub(crate) const MODULE: &str = "sockets";

/// The socket types of a catalog.
#[derive(Debug, Default)]
pub(crate) struct Sockets {
    /// Types that the DSL does not have, by their names in ComfyUI.
    pub(crate) own: IndexMap<String, String>,
    /// Unions, by what they are written as.
    pub(crate) unions: IndexMap<String, Union>,
    names: Namer,
}

/// A union of types.
#[derive(Debug, Default)]
pub(crate) struct Union {
    pub(crate) ident: String,
    /// The paths of its members, as seen from the module they are written in.
    pub(crate) members: Vec<String>,
    /// Whether an output is of it, so that it fits its members and other unions.
    pub(crate) output: bool,
    /// The unions that an output of it fits.
    pub(crate) fits: Vec<String>,
    set: IndexSet<String>,
}

/// Up to how many members a union is called after all of them.
const FEW: usize = 3;

impl Sockets {
    /// The type of an input.
    pub(super) fn input(&mut self, ty: &Type) -> Ty {
        let members: Vec<&str> = ty.members().filter(|member| !member.is_empty()).collect();
        match members.as_slice() {
            _ if members.contains(&Type::ANY) => Ty::Any,
            [] => Ty::Any,
            [one] => Ty::Socket(self.path(one)),
            _ => Ty::Union(self.add(ty)),
        }
    }

    /// The type of an output.
    pub(super) fn output(&mut self, ty: &Type) -> Ty {
        let found = self.input(ty);
        match found {
            Ty::Union(path) => {
                if let Some(union) = self.unions.get_mut(ty.as_str()) {
                    union.output = true;
                }
                Ty::Socket(path)
            }
            other => other,
        }
    }

    /// A type as the union that it is, be it of one member.
    pub(super) fn union(&mut self, ty: &Type, found: &Ty) -> String {
        match found {
            Ty::Union(path) => path.clone(),
            _ => self.add(ty),
        }
    }

    /// The path of a plain type.
    fn path(&mut self, name: &str) -> String {
        if let Some((_, ident)) = socket::KNOWN.iter().find(|(known, _)| *known == name) {
            return format!("socket::{ident}");
        }
        if let Some(ident) = self.own.get(name) {
            return format!("{MODULE}::{ident}");
        }
        let ident = self.names.name(socket_name(name));
        let path = format!("{MODULE}::{ident}");
        self.own.insert(name.to_owned(), ident);
        path
    }

    fn add(&mut self, ty: &Type) -> String {
        if let Some(union) = self.unions.get(ty.as_str()) {
            return format!("{MODULE}::{}", union.ident);
        }
        let set: IndexSet<String> = ty.members().map(str::to_owned).collect();
        let members: Vec<String> = set.iter().map(|member| self.path(member)).collect();
        let last = |path: &String| path.rsplit("::").next().unwrap_or_default().to_owned();
        let named: Vec<String> = members.iter().map(last).collect();
        let wanted = match named.as_slice() {
            [one] => format!("Only{one}"),
            [first, ..] if named.len() > FEW => format!("{first}Or{}More", named.len() - 1),
            all => all.join("Or"),
        };
        let ident = self.names.name(wanted);
        let path = format!("{MODULE}::{ident}");
        // Within the module its own types have no path.
        let within = |path: String| match path.strip_prefix(&format!("{MODULE}::")) {
            Some(own) => own.to_owned(),
            None => path,
        };
        let members = members.into_iter().map(within).collect();
        self.unions.insert(ty.as_str().to_owned(), Union { ident, members, set, ..Union::default() });
        path
    }

    /// Finds which unions an output of a union fits, once all are known.
    pub(super) fn finish(&mut self) {
        let all: Vec<(String, IndexSet<String>)> =
            self.unions.values().map(|union| (union.ident.clone(), union.set.clone())).collect();
        for union in self.unions.values_mut().filter(|union| union.output) {
            let shares = |(_, other): &&(String, IndexSet<String>)| !other.is_disjoint(&union.set);
            union.fits = all.iter().filter(shares).map(|(ident, _)| ident.clone()).collect();
        }
    }
}

/// `WAN_CAMERA_EMBEDDING` to `WanCameraEmbedding`, `VHS_BatchManager` to `VhsBatchManager`.
fn socket_name(text: &str) -> String {
    let part = |part: &str| {
        let calm = part.chars().all(|c| !c.is_ascii_lowercase());
        if calm { part.to_ascii_lowercase() } else { part.to_owned() }
    };
    let parts: Vec<String> = text.split(|c: char| !c.is_alphanumeric()).map(part).collect();
    type_name(&parts.join(" "), "Socket")
}
