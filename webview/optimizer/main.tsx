/** Entry of the optimizer view. */
export {};
