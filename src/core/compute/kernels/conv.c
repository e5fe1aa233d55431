/* To come. */
#define CONV_KERNELS
