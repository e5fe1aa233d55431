/* To come. */
#define RANDOM_KERNELS
