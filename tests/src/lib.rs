//! End-to-end suites against the deployed stack.
