//! Rust text, laid out as rustfmt does with its default configuration: a small tree of the expressions, statements and items
//! that a program of a graph is made of, and the text of each.
//!
//! The rules are rustfmt's own for 2024 (`expression.rs`), with its limits: 100 columns, 60 for the arguments of a call and
//! for a chain on one line, 18 for the fields of a struct literal. What rustfmt cannot lay out, because a literal is longer
//! than a line, it leaves as it stands; so such a literal counts as a short one here.
//!
//! The tree is as deep as what is written, never as deep as a user's data: values are written as text.

mod expression;

use std::fmt::Write as _;

use self::expression::{Shape, assigned, lay_out};
use super::docs::line;
use super::literal;

/// An expression.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Code {
    /// A name, a path or a number.
    Word(String),
    /// A literal string as Rust writes it.
    Literal(String),
    /// A function or tuple variant with its arguments.
    Call(String, Vec<Code>),
    /// A struct literal; a field without a value is a variable of its name.
    Struct(String, Vec<(String, Option<Code>)>),
    /// `[a, b]`
    Array(Vec<Code>),
    /// `&a`
    Reference(Box<Code>),
    /// `a.b(c).d`
    Chain(Box<Code>, Vec<Step>),
}

/// A link of a chain.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Step {
    /// `.name`
    Field(String),
    /// `.name(…)`
    Method(String, Vec<Code>),
}

/// A statement.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Statement {
    /// `let name = …;`
    Let(String, Code),
    /// `…;`
    Do(Code),
    /// The value of the block.
    Value(Code),
}

/// A function.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Function {
    /// What stands above it, one paragraph.
    pub(crate) doc: String,
    pub(crate) name: String,
    /// Parameters and their types.
    pub(crate) parameters: Vec<(String, String)>,
    /// The type it returns.
    pub(crate) returns: Option<String>,
    pub(crate) body: Vec<Statement>,
}

impl Code {
    /// A name, a path or a number.
    pub(crate) fn word(text: impl Into<String>) -> Self {
        Self::Word(text.into())
    }

    /// This text as a literal.
    pub(crate) fn string(text: &str) -> Self {
        Self::Literal(literal::line(text))
    }

    /// A call.
    pub(crate) fn call(path: impl Into<String>, arguments: impl IntoIterator<Item = Self>) -> Self {
        Self::Call(path.into(), arguments.into_iter().collect())
    }

    /// The same with a method called on it.
    pub(crate) fn method(self, name: impl Into<String>, arguments: impl IntoIterator<Item = Self>) -> Self {
        self.step(Step::Method(name.into(), arguments.into_iter().collect()))
    }

    /// A field of it.
    pub(crate) fn field(self, name: impl Into<String>) -> Self {
        self.step(Step::Field(name.into()))
    }

    fn step(self, step: Step) -> Self {
        match self {
            Self::Chain(root, mut steps) => {
                steps.push(step);
                Self::Chain(root, steps)
            }
            root => Self::Chain(Box::new(root), vec![step]),
        }
    }
}

impl Statement {
    /// Its text in a block whose lines begin at column `indent`, without that indentation and the line break.
    pub(crate) fn text(&self, indent: usize) -> String {
        let shape = Shape::indented(indent);
        match self {
            Self::Let(name, code) => format!("{};", assigned(&format!("let {name} ="), code, shape)),
            Self::Do(code) => format!("{};", lay_out(code, shape.but(1))),
            Self::Value(code) => lay_out(code, shape),
        }
    }
}

impl Function {
    /// Its text with a final line break.
    pub(crate) fn text(&self) -> String {
        let mut text = String::new();
        if !self.doc.is_empty() {
            let _ = writeln!(text, "/// {}", line(&self.doc));
        }
        let lifetime = if self.takes_lifetime() { "<'g>" } else { "" };
        let parameters: Vec<String> =
            self.parameters.iter().map(|(name, ty)| format!("{name}: {ty}")).collect();
        let returns = self.returns.as_ref().map_or_else(String::new, |ty| format!(" -> {ty}"));
        let line = format!("fn {}{lifetime}({}){returns} {{", self.name, parameters.join(", "));
        if line.chars().count() <= expression::WIDTH {
            text.push_str(&line);
        } else {
            let _ = writeln!(text, "fn {}{lifetime}(", self.name);
            for parameter in parameters {
                let _ = writeln!(text, "    {parameter},");
            }
            let _ = write!(text, "){returns} {{");
        }
        if self.body.is_empty() {
            text.push_str("}\n");
            return text;
        }
        text.push('\n');
        for statement in &self.body {
            let _ = writeln!(text, "    {}", statement.text(4));
        }
        text.push_str("}\n");
        text
    }

    /// Whether parameters and result must name the lifetime that they share.
    fn takes_lifetime(&self) -> bool {
        let types = self.parameters.iter().map(|(_, ty)| ty).chain(&self.returns);
        types.into_iter().any(|ty| ty.contains("'g"))
    }
}

/// A constant text, with a final line break.
pub(crate) fn constant(name: &str, value: &str) -> String {
    let literal = Code::Literal(literal::paragraph(value));
    format!("{};\n", assigned(&format!("const {name}: &str ="), &literal, Shape::indented(0)))
}
