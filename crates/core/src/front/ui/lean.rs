//! A workflow's text to what [`super::wire`] makes of its JSON, without the JSON in between: places, sizes and colours, the
//! editor's own settings and notes on models are passed over, and texts stay where they are. That is most of a file, and
//! reading it all is most of the work.
//!
//! What has another form than nearly every workflow has is not read here at all, but by way of its JSON.
#![expect(
    clippy::option_option,
    reason = "the outer one says whether the text is read here, the inner one is what it holds"
)]

use serde_json::{Number, Value as Json};
use typed_arena::Arena;

use super::scan::Scanner;
use super::wire::{
    self, File, INPUTS, Input, Io, Key, Link, LinkId, LinkIds, Mode, Node, Output, Part, Properties,
    Property, PropertyName,
};
use crate::source::Origin;

/// How many elements a list has room for at first.
const SOME: usize = 4;
/// The same for a list that hardly ever has more.
const FEW: usize = 2;
/// How many it has room for at most before the first is read.
const MANY: usize = 64;
/// How many bytes of a text most nodes take.
const USUAL_NODE: usize = 1024;

/// Where the values live that are read.
pub(super) type Values = Arena<Json>;

/// Reads a workflow that stands at `origin`; `None` when the text is none, or has another form in any of its parts.
pub(super) fn read<'a>(text: &'a str, values: &'a Values, origin: &Origin) -> Option<File<'a>> {
    let mut reader = Reader { text: Scanner::new(text)?, values };
    let mut definitions = Vec::new();
    let mut has_definitions = false;
    let root = reader.part(origin, Some((&mut definitions, &mut has_definitions)))?;
    reader.text.is_done().then_some(File { root, definitions, has_definitions })
}

/// The list of definitions, and whether there is one.
type Definitions<'d, 'a> = (&'d mut Vec<Part<'a>>, &'d mut bool);

struct Reader<'a> {
    text: Scanner<'a>,
    values: &'a Values,
}

/// An input, output or slot, whatever it is of.
#[derive(Default)]
struct Slot<'a> {
    name: &'a str,
    ty: std::borrow::Cow<'a, str>,
    link: Option<LinkId>,
    links: LinkIds,
    link_ids: LinkIds,
    /// A widget, and its name where it has one.
    widget: Option<Option<&'a str>>,
}

impl<'a> Reader<'a> {
    /// The root, with its definitions, or a definition.
    fn part(&mut self, origin: &Origin, mut definitions: Option<Definitions<'_, 'a>>) -> Option<Part<'a>> {
        let is_root = definitions.is_some();
        let (mut uuid, mut nodes) = (None, None);
        let (mut last_node, mut last_link, mut state) = (None, None, (0, 0));
        let mut part = Part {
            uuid: None,
            name: "",
            nodes: Vec::new(),
            links: Vec::new(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            last_node: 0,
            last_link: 0,
            first_made: LinkId::MAX,
            everywhere: None,
            listed: true,
            origin: origin.clone(),
        };
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"id" => uuid = self.text_or_other()?,
                b"name" => part.name = self.text_or_other()?.unwrap_or_default(),
                b"nodes" => {
                    // There may be very many definitions, of next to no nodes each.
                    let room = if is_root { (self.text.left() / USUAL_NODE).clamp(SOME, MANY) } else { SOME };
                    nodes = Some(self.list(room, Self::node)?);
                }
                b"links" => {
                    let room = nodes.as_ref().map_or(SOME, Vec::len).max(SOME);
                    part.links = self.list_or_null(room, |reader, _| reader.link())?;
                }
                b"inputs" => part.inputs = self.ends()?,
                b"outputs" => part.outputs = self.ends()?,
                b"last_node_id" => last_node = self.integer()?,
                b"last_link_id" => last_link = self.integer()?,
                b"state" => state = self.state()?,
                b"extra" => part.everywhere = self.extra()?,
                b"definitions" => match &mut definitions {
                    Some((parts, listed)) => (**parts, **listed) = self.definitions(origin)?,
                    // Definitions in definitions are rare.
                    None => return None,
                },
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        part.nodes = match nodes {
            None if is_root => return None,
            nodes => nodes.unwrap_or_default(),
        };
        if !is_root {
            part.uuid = Some(uuid?);
        }
        part.last_node = last_node.unwrap_or(state.0);
        part.last_link = last_link.unwrap_or(state.1);
        Some(part)
    }

    /// `state`: the last ids of a node and of a link.
    fn state(&mut self) -> Option<(i64, i64)> {
        let mut state = (0, 0);
        if self.text.next()? != b'{' {
            return self.text.skip().map(|()| state);
        }
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"lastNodeId" => state.0 = self.integer()?.unwrap_or(0),
                b"lastLinkId" => state.1 = self.integer()?.unwrap_or(0),
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some(state)
    }

    /// `definitions` of the root: those of subgraphs, and whether there is a list of them.
    fn definitions(&mut self, origin: &Origin) -> Option<(Vec<Part<'a>>, bool)> {
        let origin = origin.field("definitions").field("subgraphs");
        let mut found = (Vec::new(), false);
        let mut more = self.text.open(b'{')?;
        while more {
            if self.text.name()? == b"subgraphs" {
                found = (self.list(SOME, |reader, at| reader.part(&origin.member(at), None))?, true);
            } else {
                self.text.skip()?;
            }
            more = self.text.more(b'{')?;
        }
        Some(found)
    }

    /// `extra`: the links that cg-use-everywhere has written down. Group nodes are rewritten in JSON.
    fn extra(&mut self) -> Option<Option<&'a [Json]>> {
        let mut links = None;
        if self.text.next()? != b'{' {
            self.text.skip()?;
            return Some(links);
        }
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"ue_links" => links = self.kept()?.as_array().map(Vec::as_slice),
                b"groupNodes" => {
                    if self.text.open(b'{')? {
                        return None;
                    }
                }
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some(links)
    }

    fn node(&mut self, index: usize) -> Option<Node<'a>> {
        let (mut id, mut ty) = (None, None);
        let mut node = Node {
            id: INPUTS,
            numeric: false,
            ty: "",
            mode: Mode::Normal,
            title: None,
            properties: Properties::default(),
            inputs: Vec::new(),
            outputs: Vec::new(),
            values: None,
            named: None,
            index,
        };
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"id" => {
                    node.numeric = self.text.next()? != b'"';
                    id = Some(self.key()?);
                }
                b"type" => ty = self.text_or_other()?,
                b"mode" => node.mode = Mode::of(self.text.short_integer()?),
                b"title" => node.title = self.text_or_other()?.filter(|title| !title.is_empty()),
                b"properties" => node.properties = self.properties()?,
                b"inputs" => {
                    node.inputs = self.list_or_null(SOME, |reader, _| {
                        let Slot { name, ty, link, widget, .. } = reader.slot()?;
                        let widget = widget.map(|widget| widget.unwrap_or(name));
                        Some(Input { name: name.into(), ty, link, widget })
                    })?;
                }
                b"outputs" => {
                    node.outputs = self.list_or_null(FEW, |reader, _| {
                        let Slot { ty, links, .. } = reader.slot()?;
                        Some(Output { ty, links })
                    })?;
                }
                b"widgets_values" => node.values = Some(self.kept()?).filter(|values| !values.is_null()),
                b"widgets_values_named" => node.named = self.kept()?.as_object(),
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some(Node { id: id?, ty: ty?, ..node })
    }

    fn properties(&mut self) -> Option<Properties<'a>> {
        let mut properties = Properties::default();
        let mut more = self.text.open(b'{')?;
        while more {
            match PropertyName::of(self.text.name()?) {
                Some(name) if self.text.next()? == b'"' => {
                    properties.set(name, Property::Text(self.text()?));
                }
                Some(name) => properties.set(name, Property::Other(self.kept()?)),
                None => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some(properties)
    }

    /// The inputs or outputs of a definition.
    fn ends(&mut self) -> Option<Vec<Io<'a>>> {
        self.list_or_null(SOME, |reader, _| {
            let Slot { name, ty, link_ids: links, .. } = reader.slot()?;
            Some(Io { name: name.into(), ty, links })
        })
    }

    fn slot(&mut self) -> Option<Slot<'a>> {
        let mut slot = Slot::default();
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"name" => slot.name = self.text_or_other()?.unwrap_or_default(),
                b"type" => match self.text.next()? {
                    b'"' => slot.ty = self.text()?.into(),
                    _ => slot.ty = wire::slot_type(Some(&self.json()?)).into_owned().into(),
                },
                b"link" => slot.link = self.link_id()?,
                b"links" => slot.links = self.link_ids()?,
                b"linkIds" => slot.link_ids = self.link_ids()?,
                b"widget" => slot.widget = self.widget()?,
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some(slot)
    }

    fn widget(&mut self) -> Option<Option<Option<&'a str>>> {
        if self.text.next()? == b'n' {
            return self.text.word("null").map(|()| None);
        }
        let mut widget = None;
        let mut more = self.text.open(b'{')?;
        while more {
            if self.text.name()? == b"name" {
                widget = self.text_or_other()?;
            } else {
                self.text.skip()?;
            }
            more = self.text.more(b'{')?;
        }
        Some(Some(widget))
    }

    fn link(&mut self) -> Option<(LinkId, Link)> {
        if self.text.next()? == b'{' {
            return self.link_object();
        }
        let expect = |more: Option<bool>| more?.then_some(());
        expect(self.text.open(b'['))?;
        let id = self.link_id()??;
        expect(self.text.more(b'['))?;
        let origin = self.key()?;
        expect(self.text.more(b'['))?;
        let origin_slot = self.integer()?.unwrap_or(0);
        expect(self.text.more(b'['))?;
        let target = self.key()?;
        expect(self.text.more(b'['))?;
        let target_slot = self.integer()?.unwrap_or(0);
        let mut more = self.text.more(b'[')?;
        while more {
            self.text.skip()?;
            more = self.text.more(b'[')?;
        }
        Some((id, Link::new((origin, origin_slot), (target, target_slot))))
    }

    fn link_object(&mut self) -> Option<(LinkId, Link)> {
        let (mut id, mut origin, mut target) = (None, None, None);
        let (mut origin_slot, mut target_slot) = (0, 0);
        let mut more = self.text.open(b'{')?;
        while more {
            match self.text.name()? {
                b"id" => id = self.link_id()?,
                b"origin_id" => origin = Some(self.key()?),
                b"origin_slot" => origin_slot = self.integer()?.unwrap_or(0),
                b"target_id" => target = Some(self.key()?),
                b"target_slot" => target_slot = self.integer()?.unwrap_or(0),
                _ => self.text.skip()?,
            }
            more = self.text.more(b'{')?;
        }
        Some((id?, Link::new((origin?, origin_slot), (target?, target_slot))))
    }

    /// A list of which every element is read, with room for so many at first.
    fn list<T>(
        &mut self,
        room: usize,
        mut element: impl FnMut(&mut Self, usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        let mut more = self.text.open(b'[')?;
        let mut elements = if more { Vec::with_capacity(room) } else { Vec::new() };
        while more {
            elements.push(element(self, elements.len())?);
            more = self.text.more(b'[')?;
        }
        Some(elements)
    }

    /// The same, where null is an empty list.
    fn list_or_null<T>(
        &mut self,
        room: usize,
        element: impl FnMut(&mut Self, usize) -> Option<T>,
    ) -> Option<Vec<T>> {
        match self.text.next()? {
            b'n' => self.text.word("null").map(|()| Vec::new()),
            _ => self.list(room, element),
        }
    }

    fn key(&mut self) -> Option<Key> {
        match self.text.next()? {
            b'"' => self.text().map(Key::of),
            _ => match self.text.short_integer() {
                Some(int) => Some(Key::Int(int)),
                None => Key::read(&self.json()?),
            },
        }
    }

    fn link_id(&mut self) -> Option<Option<LinkId>> {
        match self.text.short_integer() {
            Some(int) => Some(Some(int)),
            None => Some(wire::link_id(&self.json()?)),
        }
    }

    fn link_ids(&mut self) -> Option<LinkIds> {
        let mut ids = LinkIds::new();
        if self.text.next()? != b'[' {
            self.text.skip()?;
            return Some(ids);
        }
        let mut more = self.text.open(b'[')?;
        while more {
            ids.extend(self.link_id()?);
            more = self.text.more(b'[')?;
        }
        Some(ids)
    }

    fn integer(&mut self) -> Option<Option<i64>> {
        match self.text.short_integer() {
            Some(int) => Some(Some(int)),
            None => Some(wire::integer(&self.json()?)),
        }
    }

    /// A text.
    fn text(&mut self) -> Option<&'a str> {
        let before = self.text.mark();
        if let (text, true) = self.text.string()? {
            return Some(text);
        }
        self.text.go_back(before);
        self.kept()?.as_str()
    }

    /// A text, or `None` within for anything else.
    fn text_or_other(&mut self) -> Option<Option<&'a str>> {
        if self.text.next()? == b'"' {
            return self.text().map(Some);
        }
        self.text.skip()?;
        Some(None)
    }

    /// A value that is kept.
    fn kept(&mut self) -> Option<&'a Json> {
        let json = self.json()?;
        Some(self.values.alloc(json))
    }

    /// Any value. Lists of plain values, and lists of these, are most of what is kept.
    fn json(&mut self) -> Option<Json> {
        let plain = |reader: &mut Self| match reader.text.next()? {
            b'[' => reader.list(SOME, |reader, _| reader.scalar()).map(Json::Array),
            _ => reader.scalar(),
        };
        match self.text.next()? {
            b'[' => self.list(SOME, |reader, _| plain(reader)).map(Json::Array),
            _ => self.scalar(),
        }
    }

    fn scalar(&mut self) -> Option<Json> {
        let before = self.text.mark();
        match self.text.next()? {
            b'"' => {
                if let Some(text) = self.text.unescaped() {
                    return Some(Json::String(text));
                }
            }
            b'-' | b'0'..=b'9' => {
                let spelling = self.text.number()?;
                // An exponent is spelled anew.
                if !spelling.contains(['e', 'E']) {
                    return Some(Json::Number(Number::from_string_unchecked(spelling.to_owned())));
                }
            }
            b't' => return self.text.word("true").map(|()| Json::Bool(true)),
            b'f' => return self.text.word("false").map(|()| Json::Bool(false)),
            b'n' => return self.text.word("null").map(|()| Json::Null),
            _ => {}
        }
        self.text.go_back(before);
        serde_json::from_str(self.text.value()?).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Diagnostics;
    use crate::source::{Pointer, Source, Sources, Syntax};

    /// Reads a text in both ways; `None` when this one leaves it to the other.
    #[track_caller]
    fn check(text: &str, is_read: bool) {
        let id = Sources::default().add(Source::new("", Syntax::Json, text));
        let origin = Origin::value(id, Pointer::root());
        let values = Values::new();
        let read = read(text, &values, &origin);
        assert_eq!(read.is_some(), is_read, "{text}");
        if let Some(file) = read {
            let json: Json = serde_json::from_str(text).expect("JSON");
            let by_json = wire::read(&json, &origin, &mut Diagnostics::default());
            assert_eq!(format!("{file:#?}"), format!("{by_json:#?}"), "{text}");
        }
    }

    #[test]
    fn what_is_read_is_what_the_json_says() {
        let slots = r#"[{"name": "x", "type": "A", "link": 5, "widget": {"name": "y"}, "shape": 7}, {"name": "\u00e9", "type": 0,
            "link": "7", "widget": null}, {"type": -1, "link": null, "widget": {}}]"#;
        let node = format!(
            r#"{{"id": 1.50, "pos": [1, {{}}], "type": "A\n", "mode": 4, "title": "", "inputs": {slots}, "outputs":
            [{{"name": "O", "type": "B", "links": [1, "2", 1e2, null]}}, {{"links": null}}], "properties": {{"a": 1,
            "Node name for S&R": "A", "proxyWidgets": [["1", "x"]]}}, "widgets_values": [1.0, 1e5, -0, "\"", [1], {{"a": []}},
            true, false, null], "widgets_values_named": {{"x": 1}}, "flags": {{}}}}"#
        );
        check(
            &format!(
                r#"{{"last_node_id": 5, "state": {{"lastLinkId": 9.0}}, "nodes": [{node}, {{"id": "5", "type": "", "id": 7,
                "widgets_values": null, "outputs": null}}], "links": [[1, 2, 3, "x", 4, "*"], {{"id": 2, "origin_id": -10,
                "target_id": 3}}], "extra": {{"groupNodes": {{}}, "ue_links": [{{}}], "ds": 1}}, "definitions": {{"x": 1,
                "subgraphs": [{{"id": "s", "name": "S", "inputs": [{{"name": "i", "type": "A", "linkIds": [1]}}], "nodes": [{node}],
                "groups": [1]}}]}}}}"#
            ),
            true,
        );
        check(r#"{"nodes": []}"#, true);
    }

    #[test]
    fn what_has_another_form_is_left_to_others() {
        for text in [
            "[]",
            "null",
            "5",
            "{}",
            r#"{"nodes": {}}"#,
            r#"{"nodes": [5]}"#,
            r#"{"nodes": [{"id": 1}]}"#,
            r#"{"nodes": []} x"#,
            "{",
            r#"{"nodes": [], "links": [[1]]}"#,
            r#"{"nodes": [], "links": [[1, 2, 0, 3, 0null "A"]]}"#,
            r#"{"nodes": [], "extra": {"groupNodes": {"a": {}}}}"#,
            r#"{"nodes": [], "definitions": {"subgraphs": [{}]}}"#,
            r#"{"nodes": [], "a": [1,]}"#,
            r#"{"nodes": [], "definitions": {"subgraphs": [{"id": "a", "definitions": {}}]}}"#,
        ] {
            check(text, false);
        }
    }
}
