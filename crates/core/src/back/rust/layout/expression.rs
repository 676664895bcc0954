//! How wide, and on how many lines: rustfmt's rules for the expressions of a program.
//!
//! Each rule is given a [`Shape`] and answers with text whose first line fits it, or with nothing; then what is around it
//! takes another form. `one_line` forbids chains to break: rustfmt asks for it where a chain is the last argument of a call.

use unicode_width::UnicodeWidthStr as _;

use super::{Code, Step};

/// The columns of a line.
pub(super) const WIDTH: usize = 100;
const TAB: usize = 4;
/// The most columns of a chain on one line.
const CHAIN: usize = 60;
/// The most columns of a call's arguments, and of an array's elements, on one line.
const LIST: usize = 60;
/// The most columns of a struct literal's fields on one line.
const FIELDS: usize = 18;
/// The most columns of the elements of an array that fill its lines.
const SHORT: usize = 10;

/// The room for an expression: columns left on its first line, the indentation of the block around it, and how far behind
/// that it begins.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    width: usize,
    indent: usize,
    offset: usize,
}

impl Shape {
    /// A whole line.
    pub(super) fn indented(indent: usize) -> Self {
        Self { width: WIDTH.saturating_sub(indent), indent, offset: 0 }
    }

    /// The same with so many columns less at the end.
    pub(super) fn but(self, columns: usize) -> Self {
        Self { width: self.width.saturating_sub(columns), ..self }
    }

    /// The lines of a block inside.
    fn block(self) -> Self {
        Self::indented(self.indent.saturating_add(TAB))
    }

    fn narrower(self, columns: usize) -> Option<Self> {
        Some(Self { width: self.width.checked_sub(columns)?, ..self })
    }

    fn behind(self, columns: usize) -> Option<Self> {
        let offset = self.offset.saturating_add(columns);
        Some(Self { width: self.width.checked_sub(columns)?, offset, ..self })
    }

    fn used(self) -> usize {
        self.indent.saturating_add(self.offset)
    }

    /// The columns at the end of the line that are somebody else's.
    fn reserved(self) -> usize {
        WIDTH.saturating_sub(self.used().saturating_add(self.width))
    }

    fn line(self) -> String {
        format!("\n{}", " ".repeat(self.indent))
    }
}

/// The text of an expression that stands for itself. Where nothing fits, literals and names that are too long count as short.
pub(super) fn lay_out(code: &Code, shape: Shape) -> String {
    write(code, shape, false).unwrap_or_else(|| with_stand_ins(code, |code| write(code, shape, false)))
}

/// The text of `lhs` and what is assigned to it, without the semicolon.
pub(super) fn assigned(lhs: &str, code: &Code, shape: Shape) -> String {
    let shape = shape.but(1);
    right_hand_side(lhs, code, shape)
        .unwrap_or_else(|| with_stand_ins(code, |code| right_hand_side(lhs, code, shape)))
}

/// Lays out the expression with a short name in the place of every long literal and word, and puts those back.
fn with_stand_ins(code: &Code, lay_out: impl Fn(&Code) -> Option<String>) -> String {
    let mut originals: Vec<String> = Vec::new();
    let mut shortened = code.clone();
    let mut open = vec![&mut shortened];
    while let Some(code) = open.pop() {
        match code {
            Code::Word(text) | Code::Literal(text) => {
                if text.contains('\n') || text.width() > SHORT {
                    let stand_in = format!("\u{1}{}\u{1}", originals.len());
                    originals.push(std::mem::replace(text, stand_in));
                }
            }
            Code::Call(_, items) | Code::Array(items) => open.extend(items),
            Code::Struct(_, fields) => open.extend(fields.iter_mut().filter_map(|(_, value)| value.as_mut())),
            Code::Reference(inner) => open.push(inner),
            Code::Chain(root, steps) => {
                open.push(root);
                for step in steps {
                    if let Step::Method(_, items) = step {
                        open.extend(items);
                    }
                }
            }
        }
    }
    let text = lay_out(&shortened).unwrap_or_else(|| on_one_line(&shortened));
    // Between two signs stands a number; the other parts are text.
    let parts = text.split('\u{1}').enumerate().map(|(i, part)| {
        let original = part.parse().ok().filter(|_| i % 2 == 1).and_then(|at: usize| originals.get(at));
        original.map_or(part, String::as_str)
    });
    parts.collect()
}

fn on_one_line(code: &Code) -> String {
    let list = |items: &[Code]| items.iter().map(on_one_line).collect::<Vec<_>>().join(", ");
    match code {
        Code::Word(text) | Code::Literal(text) => text.clone(),
        Code::Call(path, items) => format!("{path}({})", list(items)),
        Code::Array(items) => format!("[{}]", list(items)),
        Code::Reference(inner) => format!("&{}", on_one_line(inner)),
        Code::Struct(path, fields) => {
            let fields: Vec<String> = fields
                .iter()
                .map(|(name, value)| match value {
                    Some(value) => format!("{name}: {}", on_one_line(value)),
                    None => name.clone(),
                })
                .collect();
            if fields.is_empty() {
                format!("{path} {{}}")
            } else {
                format!("{path} {{ {} }}", fields.join(", "))
            }
        }
        Code::Chain(root, steps) => {
            let steps = steps.iter().map(|step| match step {
                Step::Field(name) => format!(".{name}"),
                Step::Method(name, items) => format!(".{name}({})", list(items)),
            });
            on_one_line(root) + &steps.collect::<String>()
        }
    }
}

/// `lhs` and an expression behind it, or on the next line where that is better.
fn right_hand_side(lhs: &str, code: &Code, shape: Shape) -> Option<String> {
    let taken = last_line(lhs).width().saturating_add(1);
    let behind = shape.behind(taken).unwrap_or(Shape { width: 0, ..shape });
    let here = write(code, behind, false);
    if let Some(text) = &here
        && !text.contains('\n')
        && text.width() <= behind.width
    {
        return Some(format!("{lhs} {text}"));
    }
    let below = shape.block().narrower(behind.reserved())?;
    let there = write(code, below, false);
    match (here, there) {
        (Some(here), Some(there)) if !fits(&there, below) => Some(format!("{lhs} {here}")),
        (Some(here), Some(there)) if is_better_below(&here, &there) => {
            Some(format!("{lhs}{}{there}", below.line()))
        }
        (None, Some(there)) => Some(format!("{lhs}{}{there}", below.line())),
        (here, _) => Some(format!("{lhs} {}", here?)),
    }
}

fn is_better_below(here: &str, there: &str) -> bool {
    let opens = |open| first_line(here).ends_with(open) && !first_line(there).ends_with(open);
    !there.contains('\n')
        || here.matches('\n').count() > there.matches('\n').count().saturating_add(1)
        || opens('(')
        || opens('{')
        || opens('[')
}

fn write(code: &Code, shape: Shape, one_line: bool) -> Option<String> {
    match code {
        Code::Word(text) => fits(text, shape).then(|| text.clone()),
        Code::Literal(text) => Some(text.clone()),
        Code::Call(path, items) => write_list(path, ["(", ")"], items, shape, one_line),
        Code::Array(items) => write_list("", ["[", "]"], items, shape, one_line),
        Code::Reference(inner) => Some(format!("&{}", write(inner, shape.behind(1)?, one_line)?)),
        Code::Struct(path, fields) => write_struct(path, fields, shape, one_line),
        Code::Chain(root, steps) => write_chain(root, steps, shape, one_line),
    }
}

fn write_struct(
    path: &str,
    fields: &[(String, Option<Code>)],
    shape: Shape,
    one_line: bool,
) -> Option<String> {
    shape.narrower(2)?;
    if fields.is_empty() {
        return Some(format!("{path} {{}}"));
    }
    let inner = shape.block();
    let room = shape.width.checked_sub(path.len().saturating_add(5)).map(|room| room.min(FIELDS));
    let items: Vec<String> = fields
        .iter()
        .map(|(name, value)| write_field(name, value.as_ref(), inner.narrower(1)?, one_line))
        .collect::<Option<_>>()?;
    let line = items.join(", ");
    if let Some(room) = room
        && !line.contains('\n')
        && line.width() <= room
    {
        // rustfmt chooses by columns, and then by bytes: what is a line to it at first gets no comma.
        return Some(if line.len() <= room {
            format!("{path} {{ {line} }}")
        } else {
            format!("{path} {{{}{line}{}}}", inner.line(), shape.line())
        });
    }
    let separator = format!(",{}", inner.line());
    Some(format!("{path} {{{}{},{}}}", inner.line(), items.join(&separator), shape.line()))
}

fn write_field(name: &str, value: Option<&Code>, shape: Shape, one_line: bool) -> Option<String> {
    let Some(value) = value else { return Some(name.to_owned()) };
    let behind = shape.behind(name.len().saturating_add(2))?;
    if let Some(value) = write(value, behind, one_line) {
        return Some(format!("{name}: {value}"));
    }
    let below = shape.block();
    Some(format!("{name}:{}{}", below.line(), write(value, below, one_line)?))
}

/// Elements between brackets behind `name`: on one line; or with the last one reaching over several; or one a line.
fn write_list(
    name: &str,
    [open, close]: [&str; 2],
    items: &[Code],
    shape: Shape,
    one_line: bool,
) -> Option<String> {
    let Some((last, others)) = items.split_last() else { return Some(format!("{name}{open}{close}")) };
    let line_width = shape.width.saturating_sub(name.len().saturating_add(2));
    let line_shape = shape
        .behind(name.width().saturating_add(1))
        .and_then(|shape| shape.narrower(1))
        .unwrap_or(Shape { width: 0, ..shape });
    let inner = shape.block().but(1);
    let mut texts: Vec<Option<String>> = others.iter().map(|item| write(item, inner, one_line)).collect();
    let alone = others.is_empty();

    let combines = alone && name.len() < TAB;
    let reaching = if combines || alone && reaches(last) {
        let room = if alone && !is_call(last) {
            Some(line_shape)
        } else {
            let before: usize = texts.iter().map(|text| text.as_ref().map_or(0, String::len) + 2).sum();
            Shape { width: line_shape.width.min(LIST), ..line_shape }.behind(before)
        };
        room.and_then(|room| write(last, room, one_line || !combines && is_method_call(last)))
    } else {
        None
    };

    let settled = write(last, inner, one_line);
    let first = match &reaching {
        Some(text) => Some(first_line(text).to_owned()),
        None => settled.clone(),
    };
    texts.push(first);
    let limit = line_width.min(LIST);
    let (horizontal, last_text) = if let Some(reaching) = reaching.filter(|_| is_line(&texts, limit)) {
        let settles = reaching.matches('\n').count() == 1
            && settled.as_ref().is_some_and(|settled| !settled.contains('\n'));
        (true, if settles { settled } else { Some(reaching) })
    } else {
        let fits_alone = alone
            && line_width != 0
            && settled.as_ref().is_none_or(|text| !text.contains('\n') && text.width() <= line_width);
        if let Some(place) = texts.last_mut() {
            place.clone_from(&settled);
        }
        (fits_alone || is_line(&texts, limit), settled)
    };
    if let Some(place) = texts.last_mut() {
        *place = last_text;
    }
    let texts: Vec<String> = texts.into_iter().collect::<Option<_>>()?;

    if horizontal {
        let line = texts.join(", ");
        if first_line(&line).width().saturating_add(1) <= shape.width.saturating_sub(last_line(name).width())
        {
            return Some(format!("{name}{open}{line}{close}"));
        }
        return Some(format!("{name}{open}{}{line}{}{close}", inner.line(), shape.line()));
    }
    let fills = items.iter().all(is_simple) && texts.iter().all(|text| text.len() <= SHORT);
    let body =
        if fills { filled(&texts, inner) } else { format!("{},", texts.join(&format!(",{}", inner.line()))) };
    Some(format!("{name}{open}{}{body}{}{close}", inner.line(), shape.line()))
}

fn is_line(texts: &[Option<String>], limit: usize) -> bool {
    let text = |text: &Option<String>| text.as_deref().unwrap_or_default().to_owned();
    let separators = texts.len().saturating_sub(1).saturating_mul(2);
    let total: usize = texts.iter().map(|item| text(item).width()).sum();
    total.saturating_add(separators) <= limit && !texts.iter().any(|item| text(item).contains('\n'))
}

/// Short elements, as many on a line as it holds.
fn filled(texts: &[String], shape: Shape) -> String {
    let mut body = String::new();
    let mut length = 0_usize;
    let mut breaks = false;
    for (i, text) in texts.iter().enumerate() {
        let last = i.saturating_add(1) == texts.len();
        let width = text.width().saturating_add(usize::from(!last || breaks));
        if length > 0 && length.saturating_add(1).saturating_add(width) > shape.width {
            body.push_str(&shape.line());
            length = 0;
            breaks = true;
        } else if length > 0 {
            body.push(' ');
            length = length.saturating_add(1);
        }
        length = length.saturating_add(width);
        body.push_str(text);
        body.push(',');
    }
    body
}

fn write_chain(root: &Code, steps: &[Step], shape: Shape, one_line: bool) -> Option<String> {
    let mut text = write(root, shape, one_line)?;
    let mut ends_block = is_block(root, &text);
    let mut rest = steps;
    let tab = TAB.saturating_sub(shape.offset);
    while text.len() <= tab
        && !text.contains('\n')
        && let [first, others @ ..] = rest
    {
        let Some(step) = write_step(first, shape.behind(text.len())?, one_line) else { break };
        text.push_str(&step);
        ends_block = closes(&text);
        rest = others;
    }
    let Some((last, others)) = rest.split_last() else { return fits(&text, shape).then_some(text) };

    let inner = if ends_block { Shape::indented(shape.indent) } else { shape.block() };
    let mut texts = vec![text];
    for step in others {
        texts.push(write_step(step, inner, one_line)?);
    }
    let (text, joins) = write_last_step(last, &texts, steps.len() == 1, shape, inner, one_line)?;
    texts.push(text);
    if one_line && !joins {
        return None;
    }
    let text = texts.join(&if joins { String::new() } else { inner.line() });
    fits(&text, shape).then_some(text)
}

/// The last step of a chain behind `texts`, and whether all of them stand on one line, but for what the last one reaches over.
fn write_last_step(
    step: &Step,
    texts: &[String],
    only: bool,
    shape: Shape,
    inner: Shape,
    one_line: bool,
) -> Option<(String, bool)> {
    let start = texts.first()?;
    let extends = closes(start);
    let before: usize =
        if extends { last_line(start).width() } else { texts.iter().map(|text| text.width()).sum() };
    let budget = if only { shape.width } else { shape.width.min(CHAIN) }.saturating_sub(before);
    let straight = budget > 0 && texts.iter().all(|text| !text.contains('\n'));
    let own_line = inner.narrower(shape.reserved());
    let room = if straight {
        shape
    } else if extends {
        inner
    } else {
        own_line?
    };
    if (straight || extends)
        && let Some(room) = room.behind(before)
        && let Some(reaching) = write_step(step, room, one_line)
    {
        let lines = reaching.lines().count();
        let begins = first_line(&reaching).width() <= budget;
        if begins && lines >= 5 {
            return Some((reaching, straight));
        }
        return Some(match write_step(step, own_line?, one_line) {
            Some(own) if !begins || own.lines().count() < lines => (own, false),
            _ => (reaching, begins && straight),
        });
    }
    Some((write_step(step, room, one_line)?, false))
}

fn write_step(step: &Step, shape: Shape, one_line: bool) -> Option<String> {
    match step {
        Step::Field(name) => Some(format!(".{name}")),
        Step::Method(name, items) => write_list(&format!(".{name}"), ["(", ")"], items, shape, one_line),
    }
}

/// Whether the first line fits the shape, the others the page, and what may follow the last line too.
fn fits(text: &str, shape: Shape) -> bool {
    first_line(text).width() <= shape.width
        && (!text.contains('\n')
            || text.lines().skip(1).all(|line| line.width() <= WIDTH)
                && last_line(text).width() <= shape.used().saturating_add(shape.width))
}

/// Whether an expression that is the only argument may begin on the call's line and reach over several.
fn reaches(code: &Code) -> bool {
    match code {
        Code::Word(_) | Code::Literal(_) => false,
        Code::Call(..) | Code::Struct(..) | Code::Array(_) => true,
        Code::Reference(inner) => reaches(inner),
        Code::Chain(_, steps) => matches!(steps.last(), Some(Step::Method(..))),
    }
}

fn is_call(code: &Code) -> bool {
    match code {
        Code::Call(..) => true,
        Code::Reference(inner) => is_call(inner),
        _ => false,
    }
}

fn is_method_call(code: &Code) -> bool {
    match code {
        Code::Chain(_, steps) => matches!(steps.last(), Some(Step::Method(..))),
        Code::Reference(inner) => is_method_call(inner),
        _ => false,
    }
}

fn is_simple(code: &Code) -> bool {
    match code {
        Code::Word(text) => !text.contains("::"),
        Code::Literal(_) => true,
        Code::Reference(inner) => is_simple(inner),
        Code::Chain(root, steps) => {
            is_simple(root) && steps.iter().all(|step| matches!(step, Step::Field(_)))
        }
        _ => false,
    }
}

/// Whether a chain's root takes several lines of which the last closes it.
fn is_block(root: &Code, text: &str) -> bool {
    text.contains('\n')
        && match root {
            Code::Call(..) | Code::Array(_) | Code::Struct(..) => true,
            Code::Literal(_) => last_line(text).trim().width() <= TAB,
            Code::Word(_) | Code::Reference(_) | Code::Chain(..) => false,
        }
}

/// Whether the last line only closes what was opened before it.
fn closes(text: &str) -> bool {
    text.ends_with("\"#") || last_line(text).chars().all(|c| c.is_whitespace() || "()]}?>".contains(c))
}

fn first_line(text: &str) -> &str {
    text.split('\n').next().unwrap_or_default()
}

fn last_line(text: &str) -> &str {
    text.rsplit('\n').next().unwrap_or_default()
}

#[cfg(test)]
mod tests;
