import os
import pickle

import mylib
import numpy as np
from studio.sdk.run import Run

os.makedirs("./outputs", exist_ok=True)
run = Run.get_context()

for alpha in mylib.get_alphas():
    weights = np.linalg.inv(np.eye(3) * (alpha + 1))
    mse = float(((weights - np.eye(3)) ** 2).mean())
    model_file_name = "ridge_{0:.2f}.pkl".format(alpha)
    with open(os.path.join("./outputs", model_file_name), "wb") as file:
        pickle.dump(weights, file)
    run.log("alpha", alpha)
    run.log("mse", mse)
    print("alpha is {0:.2f}, and mse is {1:0.2f}".format(alpha, mse))
