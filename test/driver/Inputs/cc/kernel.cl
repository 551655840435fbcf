void kernel one(global int *p) { *p = 1; }
