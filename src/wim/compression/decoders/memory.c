/* Where the host may place its buffers: the linker puts __heap_base behind the stack and all static data. */
#include "base.h"

extern u8 __heap_base;

EXPORT("buffers_start")
const u8 *buffers_start(void) { return &__heap_base; }
