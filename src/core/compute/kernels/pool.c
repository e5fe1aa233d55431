/* To come. */
#define POOL_KERNELS
