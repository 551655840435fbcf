@interface A
@end
