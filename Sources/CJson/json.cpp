#include "CJson.h"
