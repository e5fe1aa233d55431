/* The operations of `map`, in the order of their codes. They come first in the table of kernels. */
#define MAP_OPERATIONS(X) X(copy)
