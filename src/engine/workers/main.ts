/** The engine process. */
export {};
