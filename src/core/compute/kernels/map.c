/* To come. */
#define MAP_KERNELS
