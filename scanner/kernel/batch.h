/* Pieces of objects that are searched together. */

#ifndef KEYCATCH_BATCH_H
#define KEYCATCH_BATCH_H

#include "deltas.h"

extern PyType_Spec batch_type; /* of the type `Batch` */

#endif
