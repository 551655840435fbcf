// No sizes, no time: it is timed as a whole.
#include <cstdio>
#include <vector>

template <class T> static T count(const std::vector<T> &v, T least)
{
	T n = 0;

	for (T x : v)
		n += x >= least;
	return n;
}

int main()
{
	std::vector<int> v(100000);

	for (unsigned i = 0; i < v.size(); i++)
		v[i] = (int)(i * 2654435761u >> 12);
	std::printf("%d\n", count(v, 1000));
}
