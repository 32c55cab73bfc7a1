// The mocked network of the tests.
import { setupServer } from "msw/node";

export const server = setupServer();
