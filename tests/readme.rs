//! The shell sessions of the README and the guides are tests: what they show is what the tool prints.

#[test]
fn shell_sessions_are_as_shown() {
    trycmd::TestCases::new().register_bin("comfyc", trycmd::cargo::cargo_bin!("comfyc")).case("README.md");
}
