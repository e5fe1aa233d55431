/** Entry of the comparison view. */
export {};
