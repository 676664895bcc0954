//! The layout of many made-up functions, against rustfmt itself.

use std::io::Write as _;
use std::process::{Command, Stdio};

use super::super::{Code, Function, Statement, Step, constant};

/// A generator of numbers, the same on every run.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn name(&mut self) -> String {
        let names = [
            "a",
            "vae",
            "clip",
            "model",
            "latent_image",
            "positive_conditioning",
            "a_name_that_goes_on_and_on",
        ];
        names[self.below(names.len())].to_owned()
    }

    fn class(&mut self) -> String {
        let names = ["A", "VAEDecode", "KSamplerAdvanced", "AClassOfAnExtensionWithALongName", "nodes::Load"];
        names[self.below(names.len())].to_owned()
    }

    fn literal(&mut self) -> String {
        let texts =
            ["57", "57:8", "umt5_xxl_fp8_e4m3fn_scaled.safetensors", "日本語の題名", "say \"hi\"", "a\\b"];
        match self.below(12) {
            0 => "x".repeat(self.below(90)),
            1 => "one line\nand \"another\"".to_owned(),
            n => texts[n % texts.len()].to_owned(),
        }
    }

    fn items(&mut self, depth: usize, most: usize) -> Vec<Code> {
        (0..self.below(most + 1)).map(|_| self.code(depth)).collect()
    }

    fn code(&mut self, depth: usize) -> Code {
        let kind = if depth == 0 { self.below(4) } else { self.below(14) };
        let depth = depth.saturating_sub(1);
        match kind {
            0 | 1 => Code::word(self.name()),
            2 => Code::string(&self.literal()),
            3 => Code::word(["1", "-1", "3.5", "18446744073709551615", "true"][self.below(5)]),
            4 => Code::Call(self.name(), self.items(depth, 3)),
            5 => Code::Array(self.items(depth, 9)),
            6 | 7 => Code::Reference(Box::new(Code::Array(self.items(depth, 4)))),
            8 | 9 => self.literal_struct(depth),
            10 => Code::string(&self.literal()).method("into", []),
            _ => self.chain(depth),
        }
    }

    fn literal_struct(&mut self, depth: usize) -> Code {
        let fields = (0..self.below(5)).map(|i| {
            let value = (self.below(3) > 0).then(|| self.code(depth));
            (format!("{}{i}", self.name()), value)
        });
        let fields = fields.collect();
        Code::Struct(self.class(), fields)
    }

    fn chain(&mut self, depth: usize) -> Code {
        let root =
            if self.below(3) == 0 { self.call() } else { Code::word(["g", "input", "node"][self.below(3)]) };
        let mut steps = Vec::new();
        if self.below(2) == 0 {
            steps.push(Step::Method("add".to_owned(), vec![self.literal_struct(depth)]));
        }
        for _ in 0..=self.below(5) {
            let name = ["at", "set", "cfg", "titled", "add_noise_to_the_latent"][self.below(5)].to_owned();
            steps.push(match self.below(5) {
                0 => Step::Field(name),
                _ => Step::Method(name, self.items(depth, 2)),
            });
        }
        Code::Chain(Box::new(root), steps)
    }

    fn call(&mut self) -> Code {
        Code::call(self.name(), [Code::string(&self.literal())])
    }

    fn function(&mut self, i: usize) -> Function {
        let mut body = Vec::new();
        for _ in 0..4 {
            let code = self.code(3);
            body.push(if self.below(2) == 0 {
                Statement::Let(self.name(), code)
            } else {
                Statement::Do(self.chain(3))
            });
        }
        if self.below(2) == 0 {
            body.push(Statement::Value(Code::word(self.name())));
        }
        let parameters =
            (0..self.below(6)).map(|i| (format!("{}{i}", self.name()), "Out<'g, socket::Model>".to_owned()));
        let parameters = parameters.collect();
        let returns = (self.below(2) == 0).then(|| "Out<'g, socket::Latent>".to_owned());
        Function { doc: String::new(), name: format!("f{i}"), parameters, returns, body }
    }
}

/// What rustfmt makes of a text; it must be installed, as it is with every toolchain of this repository.
fn formatted(text: &str) -> String {
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--config", "max_width=100,use_small_heuristics=Default"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("rustfmt is installed");
    rustfmt.stdin.take().expect("a pipe").write_all(text.as_bytes()).expect("rustfmt reads");
    let output = rustfmt.wait_with_output().expect("rustfmt ends");
    assert!(output.status.success(), "rustfmt refused the text");
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn made_up_functions_are_laid_out_as_rustfmt_does() {
    let mut dice = Dice(1);
    let functions: Vec<String> = (0..600).map(|i| dice.function(i).text()).collect();
    let constants: Vec<String> = (0..300)
        .map(|i| {
            constant(&format!("A{}", "B".repeat(i % 60)), &format!("{}{}", dice.literal(), dice.literal()))
        })
        .collect();
    let text = functions.join("\n") + "\n" + &constants.concat();
    let expected = formatted(&text);
    if expected != text {
        let differs = text.lines().zip(expected.lines()).position(|(a, b)| a != b).unwrap_or_default();
        let around =
            |text: &str| text.lines().skip(differs.saturating_sub(6)).take(24).collect::<Vec<_>>().join("\n");
        panic!("line {differs}: written\n{}\n\nrustfmt\n{}", around(&text), around(&expected));
    }
}
