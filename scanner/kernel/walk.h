/* The walk over the delta trees of a pack. */

#ifndef KEYCATCH_WALK_H
#define KEYCATCH_WALK_H

#include "deltas.h"

extern PyType_Spec walk_type; /* of the type `Walk` */

#endif
