/** Entry of the training view. */
export {};
