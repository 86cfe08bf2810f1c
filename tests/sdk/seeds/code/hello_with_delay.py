import time

print("I will wait")
time.sleep(20)
print("Hello Azure ML!")
