"""Models that the SDK deploys."""

from __future__ import annotations

import numpy as np
import sagemaker
from given import INSTANCE, IRIS, PROGRAMS, VERSION, caller, image, model_data, session, unique
from sagemaker.deserializers import JSONDeserializer
from sagemaker.predictor import Predictor
from sagemaker.serializers import CSVSerializer, JSONSerializer
from sagemaker.sklearn.model import SKLearnModel
from scenario import scenario


@scenario
def sklearn_model_deploy() -> None:
    """SKLearnModel with an inference.py beside it, deployed and asked."""
    model = SKLearnModel(
        model_data=model_data(),
        entry_point="inference.py",
        source_dir=str(PROGRAMS),
        framework_version=VERSION,
        py_version="py3",
        **caller(),
    )
    predictor = model.deploy(
        initial_instance_count=1,
        instance_type=INSTANCE,
        serializer=JSONSerializer(),
        deserializer=JSONDeserializer(),
    )
    assert predictor.predict({"rows": IRIS}) == {"names": ["setosa", "virginica"]}
    predictor.delete_model()
    predictor.delete_endpoint()


@scenario
def generic_model_deploy() -> None:
    """sagemaker.Model with data and an image, then a second Predictor by the endpoint's name."""
    name = unique("generic")
    model = sagemaker.Model(image_uri=image(), model_data=model_data(), **caller())
    model.deploy(initial_instance_count=1, instance_type=INSTANCE, endpoint_name=name)
    predictor = Predictor(
        name,
        sagemaker_session=session(),
        serializer=CSVSerializer(),
        deserializer=JSONDeserializer(),
    )
    answer = predictor.predict(IRIS, initial_args={"Accept": "application/json"})
    assert np.ravel(next(iter(answer.values())) if isinstance(answer, dict) else answer).size == 2
    predictor.update_endpoint(initial_instance_count=2, instance_type=INSTANCE)
    found = session().sagemaker_client.describe_endpoint(EndpointName=name)
    assert found["ProductionVariants"][0]["CurrentInstanceCount"] == 2, found
    predictor.delete_endpoint(delete_endpoint_config=True)
