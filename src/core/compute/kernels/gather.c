/* To come. */
#define GATHER_KERNELS
