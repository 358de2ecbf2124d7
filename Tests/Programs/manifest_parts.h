/* Included by manifest_parts.c, whose first part stands on a line of the same number. */




TIDE_MANIFEST("b");
