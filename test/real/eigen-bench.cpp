// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// eigen-bench CASE ROUNDS: what people use Eigen for; prints results exactly.
#include <Eigen/Dense>
#include <cstdio>
#include <cstdlib>
#include <cstring>

using namespace Eigen;

static MatrixXd matrix(int n, int m, unsigned seed)
{
	MatrixXd a(n, m);

	for (int i = 0; i < n; i++)
		for (int j = 0; j < m; j++) {
			seed = seed * 1664525u + 1013904223u;
			a(i, j) = double(seed >> 8) / (1 << 24) - 0.5;
		}
	return a;
}

static double product()
{
	MatrixXd a = matrix(200, 180, 1), b = matrix(180, 220, 2);
	MatrixXd c = a * b + (b.transpose() * a.transpose()).transpose();

	return c.cwiseAbs().sum() + c.colwise().norm().sum();
}

static double solve()
{
	MatrixXd a = matrix(150, 150, 3) + 9 * MatrixXd::Identity(150, 150);
	VectorXd b = matrix(150, 1, 4).col(0);
	MatrixXd s = a.transpose() * a;

	return a.partialPivLu().solve(b).sum() + s.llt().solve(b).sum() +
	       a.householderQr().solve(b).sum();
}

static double eigenvalues()
{
	MatrixXd a = matrix(70, 70, 5);
	SelfAdjointEigenSolver<MatrixXd> e(a + a.transpose());

	return e.eigenvalues().sum() + e.eigenvectors().cwiseAbs().sum();
}

static double small()
{
	double sum = 0;

	for (unsigned i = 0; i < 20000; i++) {
		Matrix4d a = matrix(4, 4, i);
		Vector4d x(1, 2, 3, double(i % 7));

		sum += (a * x).dot(a.inverse() * x) + a.determinant();
	}
	return sum;
}

int main(int argc, char **argv)
{
	static const struct {
		const char *name;
		double (*f)();
	} cases[] = {
	    {"product", product},
	    {"solve", solve},
	    {"eigenvalues", eigenvalues},
	    {"small", small},
	};

	for (const auto &c : cases)
		if (argc == 3 && !strcmp(argv[1], c.name)) {
			double sum = 0;

			for (int k = atoi(argv[2]); k > 0; k--)
				sum += c.f();
			printf("%a\n", sum);
			return 0;
		}
	return 2;
}
